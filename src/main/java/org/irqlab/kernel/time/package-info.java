/**
 * Time in the kernel: the clock-event devices, when each CPU's timer interrupts next; and timers,
 * which expire in an interrupt of their CPU.
 *
 * <p>Each CPU has a list of timers, looked at where the CPU polls its devices, so that a halted CPU
 * wakes for it. SIMPLIFIED: one class of timers, the high-resolution one in hardirq context: they
 * expire to the nanosecond, in the interrupt of irq_work, and not in jiffies in the TIMER softirq.
 * Depends on {@code kernel.sched} and {@code kernel.irq.ipi}.
 */
package org.irqlab.kernel.time;
