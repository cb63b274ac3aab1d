package org.irqlab.hw.cpu;

/** Told when the host has taken a CPU away. */
@FunctionalInterface
public interface StealListener {
    StealListener NONE = gapNs -> {};

    /**
     * By the holder of the CPU's baton, at its first poll after the gap, before that poll serves
     * anything.
     */
    void stolen(long gapNs);

    /**
     * The gap, which {@link #stolen} has told, hurt nobody but the task that ran: it was alone on
     * the CPU, and nothing came due. Host ns.
     */
    default void harmless(long fromNs, long toNs) {}
}
