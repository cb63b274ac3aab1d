package org.irqlab.kernel.softirq;

/**
 * The softirq vectors, most urgent first.
 *
 * @see "Linux include/linux/interrupt.h"
 */
public enum SoftirqVector {
    HI,
    TIMER,
    NET_TX,
    NET_RX,
    BLOCK,
    IRQ_POLL,
    TASKLET,
    SCHED,
    HRTIMER,
    RCU;

    private static final SoftirqVector[] ALL = values();

    /** Returns the vector with number {@code n}, 0 to 9. */
    public static SoftirqVector of(int n) {
        return ALL[n];
    }

    public static int count() {
        return ALL.length;
    }
}
