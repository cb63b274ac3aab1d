/**
 * ARM GICv3: distributor, redistributors, CPU interfaces and the interrupt translation service.
 *
 * @see "Arm IHI 0069, GIC architecture specification, version 3 and 4"
 */
package org.irqlab.hw.intc.gicv3;
