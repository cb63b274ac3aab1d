/**
 * The interrupt translation service: turns a device's event into an LPI of a redistributor, by
 * tables that commands from guest memory fill.
 *
 * <p>Knows redistributors by {@link org.irqlab.hw.intc.gicv3.its.LpiRedistributor} only.
 *
 * @see "Arm IHI 0069, Locality-specific Peripheral Interrupts and the ITS"
 */
package org.irqlab.hw.intc.gicv3.its;
