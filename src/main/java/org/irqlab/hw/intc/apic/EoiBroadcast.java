package org.irqlab.hw.intc.apic;

/**
 * Hears that a level-triggered interrupt has ended on some CPU, as every I/O APIC does.
 *
 * <p><b>Threads.</b> Called by the owner of the CPU that wrote EOI.
 */
@FunctionalInterface
public interface EoiBroadcast {
    /** Nobody listens: a machine whose devices all send messages. */
    EoiBroadcast NONE = vector -> {};

    /** The interrupt with this vector has ended. */
    void ended(int vector);
}
