package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.TrapFrame;

/**
 * Counts how often one fault comes back: same instruction, same address, and nothing completed in
 * between. The detector of B-30.
 *
 * <p><b>Threads.</b> The task whose faults they are.
 */
final class FaultRepeats {
    private int pc = -1;
    private long address;
    private long retired;
    private long repeats;

    /** Notes a fault; returns how often it has been seen in a row. */
    long note(TrapFrame frame) {
        long done = frame.core().retired();
        boolean same = frame.at() == pc && frame.faultAddress() == address && done == retired;
        repeats = same ? repeats + 1 : 1;
        pc = frame.at();
        address = frame.faultAddress();
        retired = done;
        return repeats;
    }
}
