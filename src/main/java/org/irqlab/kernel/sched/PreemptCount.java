package org.irqlab.kernel.sched;

/**
 * The fields of a CPU's preempt count and the context predicates over it.
 *
 * <p>Bits 0–7: preemption-disable depth; 8–15: softirq count, of which bit 8 means "serving" and
 * each disable adds 0x200; 16–19: hardirq depth; 20–23: NMI depth.
 *
 * @see "Linux include/linux/preempt.h"
 */
public final class PreemptCount {
    public static final int PREEMPT_OFFSET = 1;
    public static final int SOFTIRQ_OFFSET = 0x100;
    public static final int SOFTIRQ_DISABLE_OFFSET = 0x200;
    public static final int HARDIRQ_OFFSET = 0x1_0000;
    public static final int NMI_OFFSET = 0x10_0000;

    private static final int PREEMPT_MASK = 0xff;
    static final int SOFTIRQ_MASK = 0xff00;
    private static final int HARDIRQ_MASK = 0xf_0000;
    private static final int NMI_MASK = 0xf0_0000;

    private PreemptCount() {}

    public static boolean inNmi(int count) {
        return (count & NMI_MASK) != 0;
    }

    public static boolean inHardirq(int count) {
        return (count & HARDIRQ_MASK) != 0;
    }

    /** A softirq is being served; false where bottom halves are merely disabled. */
    public static boolean inServingSoftirq(int count) {
        return (count & SOFTIRQ_OFFSET) != 0;
    }

    /** The wide sense: serving a softirq, or bottom halves disabled. */
    public static boolean inSoftirq(int count) {
        return (count & SOFTIRQ_MASK) != 0;
    }

    /**
     * NMI, hardirq or the wide sense of softirq: also true in a task with bottom halves disabled.
     */
    public static boolean inInterrupt(int count) {
        return (count & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK)) != 0;
    }

    public static boolean inTask(int count) {
        return (count & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_OFFSET)) == 0;
    }

    /** No preemption, hence no sleeping, whatever the reason. */
    public static boolean inAtomic(int count) {
        return count != 0;
    }

    /** Returns the preemption-disable depth. */
    public static int preemptDepth(int count) {
        return count & PREEMPT_MASK;
    }

    /** Returns how often bottom halves are disabled. */
    public static int bhDisableDepth(int count) {
        return (count & SOFTIRQ_MASK) >> 9;
    }

    public static int hardirqDepth(int count) {
        return (count & HARDIRQ_MASK) / HARDIRQ_OFFSET;
    }
}
