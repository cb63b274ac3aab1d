/**
 * Tasks, run queues and the per-CPU context state: who holds the baton, and what an interrupt may
 * do to it.
 *
 * <p>One decision shapes the package: only the holder of a CPU's baton touches that CPU's run
 * queue, so the queue is plain data; what other CPUs want of it arrives by a lock-free list and an
 * interrupt.
 */
package org.irqlab.kernel.sched;
