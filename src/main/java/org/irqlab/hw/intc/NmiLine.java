package org.irqlab.hw.intc;

/**
 * The non-maskable interrupt of one CPU, as whoever raises it sees it.
 *
 * <p><b>Threads.</b> Any. <b>Progress.</b> Wait-free, but for the kick of a halted CPU.
 */
@FunctionalInterface
public interface NmiLine {
    /**
     * Latches an NMI and wakes the CPU if it is halted.
     *
     * @return {@link FireOutcome#LATCHED}, or {@link FireOutcome#COALESCED} when one is latched
     *     already: that one covers this one, which is dropped
     */
    FireOutcome raise();
}
