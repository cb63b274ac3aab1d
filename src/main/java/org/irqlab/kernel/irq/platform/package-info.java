/**
 * Where platforms differ: the chips and domains of wired inputs, MSI, MSI-X, vectors and LPIs, and
 * how what a CPU takes finds its line or its system handler.
 *
 * <p>Knows controllers by {@code hw.intc} and {@code hw.pci} only, and stands on {@code line}.
 * Everything but {@link org.irqlab.kernel.irq.platform.IrqTable} and the domains that it hands out
 * stays inside.
 *
 * @see "Linux arch/x86/kernel/apic; drivers/irqchip; drivers/pci/msi"
 */
package org.irqlab.kernel.irq.platform;
