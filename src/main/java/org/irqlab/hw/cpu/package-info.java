/**
 * The virtual CPU: a baton that real threads hand to each other, with an interrupt flag, poll
 * points, a local timer and a meter for what the host takes away.
 *
 * <p>Knows the interrupt controller by {@code hw.intc}'s interfaces, and the kernel by {@link
 * org.irqlab.hw.cpu.InterruptEntry} only.
 */
package org.irqlab.hw.cpu;
