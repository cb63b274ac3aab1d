/**
 * Timers of the kernel: those of each CPU, which expire in an interrupt of that CPU.
 *
 * <p>Each CPU has a list, looked at where the CPU polls its devices, so that a halted CPU wakes for
 * it. SIMPLIFIED: one class of timers, the high-resolution one in hardirq context: they expire to
 * the nanosecond, in the interrupt of irq_work, and not in jiffies in the TIMER softirq. Depends on
 * {@code kernel.sched} and {@code kernel.irq.ipi}.
 */
package org.irqlab.kernel.time;
