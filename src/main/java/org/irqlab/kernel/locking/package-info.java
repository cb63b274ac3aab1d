/**
 * Locks of the kernel, and the checker that proves their order.
 *
 * <p>{@link RawSpinLock} is what the kernel's own structures use: it knows nothing of tasks or
 * CPUs. The forms above it ({@link SpinLock}, {@link Mutex}, {@link RtMutex}, {@link WaitQueue},
 * {@link Completion}) keep preempt count, interrupt flag and sleep state as Linux does, and tell
 * {@link Lockdep}. Depends on {@code kernel.sched} and {@code kernel.diag}.
 */
package org.irqlab.kernel.locking;
