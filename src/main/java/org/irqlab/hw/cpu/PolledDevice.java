package org.irqlab.hw.cpu;

/**
 * Something that a virtual CPU drives at its poll points because its time has come: the local
 * timer, or a device schedule that has no producer thread of its own.
 *
 * <p><b>Threads.</b> Called by the holder of the CPU's baton, with interrupts on or off.
 */
public interface PolledDevice {
    /** No deadline. */
    long NEVER = Long.MAX_VALUE;

    /** Returns host time of the next event, or {@link #NEVER}. */
    long nextDueNs();

    /** Does what is due at {@code nowNs}; must move {@link #nextDueNs()} beyond it. */
    void service(long nowNs);
}
