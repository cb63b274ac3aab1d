/**
 * The generic interrupt layer: lines with their handlers and threads, the flows from the controller
 * to them, who may share one, how they move, and domains that map hardware numbers.
 *
 * <p>Knows a controller by {@link org.irqlab.kernel.irq.line.IrqChip} and {@link
 * org.irqlab.kernel.irq.line.IrqDomain.Operations} only, which {@code platform} above implements; a
 * line's state stays inside, and chips reach it by {@link org.irqlab.kernel.irq.line.IrqBinding}.
 * Depends on {@code sched}, {@code softirq} and {@code locking}.
 *
 * @see "Linux Documentation/core-api/genericirq.rst"
 */
package org.irqlab.kernel.irq.line;
