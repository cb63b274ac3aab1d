/**
 * Workqueues: functions that run later in kernel worker tasks, with just enough workers running to
 * keep each CPU busy.
 *
 * <p>One decision shapes the package: all of a pool, its list, its workers' states and the queues'
 * counts on it, is guarded by the pool's one lock, taken with interrupts off; only a work item's
 * PENDING bit is reached without it.
 *
 * <p>Timers are in {@code timer}. What differs from Linux is listed in docs/workqueue.md.
 */
package org.irqlab.kernel.workqueue;
