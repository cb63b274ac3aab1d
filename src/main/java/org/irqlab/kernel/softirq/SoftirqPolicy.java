package org.irqlab.kernel.softirq;

/**
 * Whether what is pending runs on the spot: at interrupt exit, and where bottom halves are enabled.
 *
 * @see "Linux kernel/softirq.c, invoke_softirq and do_softirq"
 */
public enum SoftirqPolicy {
    /** Always; ksoftirqd gets what the limits leave. */
    INLINE,

    /**
     * Not while ksoftirqd is runnable, unless tasklets are among it: "let ksoftirqd do its job",
     * which kernels before 6.4 did.
     */
    KSOFTIRQD_FIRST,

    /** At interrupt exit never, but in ksoftirqd: forced interrupt threads. */
    NOT_AT_INTERRUPT_EXIT
}
