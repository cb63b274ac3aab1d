package org.irqlab.kernel.trap;

/**
 * How the kernel judges exceptions.
 *
 * @param faultRepeats faults of one instruction at one address, without progress in between, from
 *     which on it is a loop
 * @param panicOnOops whether an oops in a task ends the machine, and not only the task
 */
public record TrapSettings(long faultRepeats, boolean panicOnOops) {
    private static final long FAULT_REPEATS = 1_000;

    public TrapSettings {
        if (faultRepeats < 1) {
            throw new IllegalArgumentException("faultRepeats=" + faultRepeats + " < MINIMUM=1");
        }
    }

    public static TrapSettings defaults() {
        return new TrapSettings(FAULT_REPEATS, false);
    }

    public TrapSettings withFaultRepeats(long repeats) {
        return new TrapSettings(repeats, panicOnOops);
    }

    public TrapSettings withPanicOnOops() {
        return new TrapSettings(faultRepeats, true);
    }
}
