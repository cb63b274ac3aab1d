package org.irqlab.hw.intc;

/**
 * Ends the sleep of one halted CPU, as an interrupt ends {@code HLT}.
 *
 * <p><b>Threads.</b> Called by whichever thread made the request that found the CPU halted; at most
 * once for each time the CPU declared itself halted. May arrive after the CPU has woken by itself:
 * a kick must do no harm to a CPU that runs.
 */
@FunctionalInterface
public interface CpuKick {
    /** Wakes the CPU; never blocks. */
    void kick();
}
