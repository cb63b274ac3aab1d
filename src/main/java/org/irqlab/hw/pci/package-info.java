/**
 * PCI functions as far as interrupts go: addresses, configuration space, and the three ways to
 * signal: MSI-X, MSI and the interrupt pin.
 *
 * <p>Sends into whatever {@link org.irqlab.hw.intc.MessageSink} the machine has; knows no
 * controller.
 *
 * @see "PCI Express Base Specification, MSI-X Capability and Table Structures"
 */
package org.irqlab.hw.pci;
