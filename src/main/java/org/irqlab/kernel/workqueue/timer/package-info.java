/**
 * Timers of the workqueues: mayday, idle workers, delayed work.
 *
 * <p>Each CPU has a list, looked at where the CPU polls its devices, so that a halted CPU wakes for
 * it. SIMPLIFIED: timers expire to the nanosecond, in the interrupt of irq_work, and not in jiffies
 * in the TIMER softirq. Depends on {@code kernel.sched} and {@code kernel.irq.ipi}.
 */
package org.irqlab.kernel.workqueue.timer;
