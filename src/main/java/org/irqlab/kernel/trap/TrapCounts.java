package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.ExceptionCause;

/**
 * One CPU's counts of exceptions and of what came of them.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton; others after the machine has stopped.
 */
public final class TrapCounts {
    private final long[] traps = new long[ExceptionCause.values().length];
    private final long[] signals = new long[Signal.values().length];
    private final long[] machineChecks = new long[MachineCheckSeverity.values().length];
    private long minorFaults;
    private long majorFaults;
    private long retriedFaults;
    private long fixups;
    private long oopses;
    private long faultLoops;

    void trap(ExceptionCause cause) {
        traps[cause.ordinal()]++;
    }

    void signal(Signal signal) {
        signals[signal.ordinal()]++;
    }

    void machineCheck(MachineCheckSeverity severity) {
        machineChecks[severity.ordinal()]++;
    }

    void pageFault(boolean major, boolean retried) {
        if (major) {
            majorFaults++;
        } else {
            minorFaults++;
        }
        retriedFaults += retried ? 1 : 0;
    }

    void fixup() {
        fixups++;
    }

    void oops() {
        oopses++;
    }

    void faultLoop() {
        faultLoops++;
    }

    public long traps(ExceptionCause cause) {
        return traps[cause.ordinal()];
    }

    public long signals(Signal signal) {
        return signals[signal.ordinal()];
    }

    public long machineChecks(MachineCheckSeverity severity) {
        return machineChecks[severity.ordinal()];
    }

    /** Page faults that needed no waiting. */
    public long minorFaults() {
        return minorFaults;
    }

    /** Page faults that read the page from a file. */
    public long majorFaults() {
        return majorFaults;
    }

    /** Page faults that were tried a second time, because the lock was dropped. */
    public long retriedFaults() {
        return retriedFaults;
    }

    /** Kernel faults that went to their fix-up. */
    public long fixups() {
        return fixups;
    }

    public long oopses() {
        return oopses;
    }

    /** Programs ended because a fault came back for ever. */
    public long faultLoops() {
        return faultLoops;
    }
}
