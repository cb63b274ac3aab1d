/**
 * What an interrupt controller is to a device, to a CPU and to the kernel, whichever chip it is.
 *
 * <p>An APIC machine and a GICv3 machine implement the same interfaces; nothing above this package
 * knows which one it runs on. Depends on {@code base} only.
 */
package org.irqlab.hw.intc;
