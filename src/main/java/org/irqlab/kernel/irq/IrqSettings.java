package org.irqlab.kernel.irq;

/**
 * How the interrupt layer of a machine was booted.
 *
 * @param threading whether primary handlers are threaded by force (threadirqs)
 * @param failures what a handler that throws does to the machine
 * @param fixup whether interrupts that nobody claims are looked for on other lines
 */
public record IrqSettings(Threading threading, Failures failures, Fixup fixup) {
    /** As Linux boots without parameters. */
    public static IrqSettings linux() {
        return new IrqSettings(Threading.AS_REQUESTED, Failures.CONTAINED, Fixup.OFF);
    }

    public IrqSettings withThreading(Threading choice) {
        return new IrqSettings(choice, failures, fixup);
    }

    public IrqSettings withFailures(Failures choice) {
        return new IrqSettings(threading, choice, fixup);
    }

    public IrqSettings withFixup(Fixup choice) {
        return new IrqSettings(threading, failures, choice);
    }

    /** Who runs in a thread. */
    public enum Threading {
        AS_REQUESTED,
        /** Every primary handler that does not refuse; interrupts and bottom halves off. */
        FORCED,
        /** The same on a PREEMPT_RT kernel: bottom halves off only. */
        FORCED_RT;

        public boolean forced() {
            return this != AS_REQUESTED;
        }
    }

    /** What happens when a handler throws something other than an emulator bug. */
    public enum Failures {
        /** Counted and traced; the interrupt counts as NONE. */
        CONTAINED,
        /** The machine stops with the cause: for handlers that are irqlab's own. */
        STOP_MACHINE
    }

    /** The kernel's parameters irqfixup and irqpoll. */
    public enum Fixup {
        OFF,
        /** irqfixup: an unclaimed interrupt is offered to the shared lines. */
        UNCLAIMED,
        /** irqpoll: so is every interrupt of a line with IRQPOLL. */
        POLLED
    }
}
