package org.irqlab.hw.intc;

/**
 * The vectors that the kernel itself uses, as Linux numbers them on this architecture, and the
 * range from which it may allocate vectors for devices.
 *
 * @see "Linux arch/x86/include/asm/irq_vectors.h; arch/arm64/kernel/smp.c (enum ipi_msg_type)"
 */
public interface SystemVectors {
    /** Local timer of each CPU. */
    int localTimer();

    /** "Look at your run queue." */
    int reschedule();

    /** "Run the functions queued for you", sent to several CPUs. */
    int callFunction();

    /** "Run the functions queued for you", sent to one CPU. */
    int callFunctionSingle();

    /** Deferred work that was queued from a context that could not do it. */
    int irqWork();

    /** Whatever the platform at hand needs an interrupt between its CPUs for. */
    int platformIpi();

    /** Lowest vector that may be allocated to a device. */
    int firstDevice();

    /** Highest vector that may be allocated to a device. */
    int lastDevice();

    /** Whether {@code vector} may be allocated to a device; the range has holes. */
    boolean allocatable(int vector);
}
