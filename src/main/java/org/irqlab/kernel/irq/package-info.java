/**
 * The generic interrupt layer: lines with their handlers and threads, the flows from the controller
 * to them, domains that map hardware numbers, and the vectors of the CPUs.
 *
 * <p>Knows controllers by {@code hw.intc} and chips by {@link org.irqlab.kernel.irq.IrqChip} only.
 * Depends on {@code sched}, {@code softirq} and {@code locking}; {@code ipi} and {@code affinity}
 * below it know no lines, {@code view} above it prints them.
 *
 * @see "Linux Documentation/core-api/genericirq.rst"
 */
package org.irqlab.kernel.irq;
