package org.irqlab.kernel.deferral;

import org.irqlab.kernel.softirq.SoftirqVector;

/**
 * Where a driver's bottom half runs: the one thing that differs between two strategies.
 *
 * @see Deferrals#bind
 */
public sealed interface Deferral {
    /**
     * At once, in the context that asks for it: for a top half in hardirq context with interrupts
     * off.
     */
    record Inline() implements Deferral {}

    /** In a softirq vector of the same CPU, from a per-CPU backlog. */
    record Softirq(SoftirqVector vector) implements Deferral {
        public Softirq {
            if (vector == SoftirqVector.HI || vector == SoftirqVector.TASKLET) {
                throw new IllegalArgumentException(
                        "vector=" + vector + " serves tasklets; use InTasklet");
            }
        }
    }

    /** In a tasklet: softirq context, never on two CPUs at once. */
    record InTasklet(boolean highPriority) implements Deferral {}

    /**
     * In a kernel worker: task context, may sleep.
     *
     * @param highPriority by workers of nice −20
     * @param unbound by workers that no CPU owns
     */
    record Work(boolean highPriority, boolean unbound) implements Deferral {}

    /**
     * In a thread of the driver's own. An interrupt line gets its interrupt thread; a source
     * without a line, such as a network device without hardware, a kernel thread as threaded NAPI
     * has.
     *
     * @param rtPriority FIFO priority, or 0 for a fair thread of nice 0
     */
    record Threaded(int rtPriority) implements Deferral {
        /** What Linux gives interrupt threads. */
        public static final Threaded IRQ_THREAD = new Threaded(50);

        /** What Linux gives NAPI threads. */
        public static final Threaded NAPI_THREAD = new Threaded(0);
    }
}
