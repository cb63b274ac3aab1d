package org.irqlab.kernel.irq;

import org.irqlab.kernel.irq.affinity.CpuMask;

/**
 * Where a new line is to interrupt.
 *
 * @param mask null for any CPU
 * @param managed the kernel keeps it there: user space cannot move it, and it is shut down while no
 *     CPU of the mask is online
 * @see "Linux include/linux/interrupt.h, struct irq_affinity_desc"
 */
public record LineWish(CpuMask mask, boolean managed) {
    public static final LineWish ANY_CPU = new LineWish(null, false);

    public static LineWish on(int cpu) {
        return new LineWish(CpuMask.of(cpu), false);
    }

    public static LineWish managed(CpuMask mask) {
        return new LineWish(mask, true);
    }
}
