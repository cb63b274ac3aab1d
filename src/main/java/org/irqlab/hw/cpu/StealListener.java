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
}
