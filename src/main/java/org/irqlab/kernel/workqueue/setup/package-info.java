/**
 * What workqueues and their pools are made of: flags, attributes, limits, and what they need of
 * their machine.
 *
 * <p>Values only. Depends on {@code kernel.sched} and {@code kernel.irq}'s CPU masks and calls.
 */
package org.irqlab.kernel.workqueue.setup;
