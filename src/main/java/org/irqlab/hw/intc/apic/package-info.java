/**
 * The x86 local APICs of a machine and the way messages and inter-processor interrupts reach them.
 *
 * <p>State is split by owner: what producers change is in {@code RequestRegister}, what only the
 * CPU changes is in {@code OwnerRegisters}; the two share no cache line. What is sent, by whichever
 * register or device, is on the bus one 64-bit command, as the x2APIC's command register has it.
 * Lines of devices come in through {@code pin}.
 *
 * @see "Intel SDM volume 3, Advanced Programmable Interrupt Controller (APIC)"
 */
package org.irqlab.hw.intc.apic;
