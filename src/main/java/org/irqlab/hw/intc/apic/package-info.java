/**
 * The x86 local APICs of a machine and the way messages and inter-processor interrupts reach them.
 *
 * <p>State is split by owner: what producers change is in {@code RequestRegister}, what only the
 * CPU changes is in {@code OwnerRegisters}; the two share no cache line. Fixed, edge-triggered
 * delivery to physical destinations is complete; level-triggered requests are latched and their end
 * is broadcast, for an I/O APIC to hear.
 *
 * <p>SIMPLIFIED: no logical destinations (the machine behaves as one whose LDRs are all 0, so no
 * CPU matches), no SMI, NMI, INIT or start-up delivery, no LVT entry but the timer's.
 *
 * @see "Intel SDM volume 3, Advanced Programmable Interrupt Controller (APIC)"
 */
package org.irqlab.hw.intc.apic;
