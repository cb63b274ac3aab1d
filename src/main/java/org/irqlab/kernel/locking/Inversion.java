package org.irqlab.kernel.locking;

import org.irqlab.kernel.sched.Task;

/**
 * A task runs while a more urgent one waits.
 *
 * @param waiter the first of those who wait for a lock
 * @param owner of the lock; could run on the CPU
 * @param running has that CPU, and is less urgent than the waiter
 */
public record Inversion(Task waiter, Task owner, Task running) {}
