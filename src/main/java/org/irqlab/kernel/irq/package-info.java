/**
 * The words of the interrupt layer: what a driver asks for with a line, what its handlers say of an
 * interrupt, and how a call ended.
 *
 * <p>Knows no line and no controller, so that everything around may use it: {@code line} is what
 * lines are made of, {@code platform} above it what controllers and CPUs have of them, with the
 * machine's {@link org.irqlab.kernel.irq.platform.IrqTable} as the front door. {@code ipi} and
 * {@code affinity} know no lines either, {@code view} prints them.
 *
 * @see "Linux include/linux/interrupt.h"
 */
package org.irqlab.kernel.irq;
