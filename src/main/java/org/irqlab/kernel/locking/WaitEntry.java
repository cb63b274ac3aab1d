package org.irqlab.kernel.locking;

import org.irqlab.kernel.sched.Task;

import java.util.function.BooleanSupplier;

/**
 * One wait of one task on a {@link WaitQueue}.
 *
 * @see "Linux include/linux/wait.h, wait_queue_entry"
 */
public final class WaitEntry {
    final Task task;
    final boolean exclusive;

    final BooleanSupplier condition;

    // Guarded by the queue's lock.
    boolean queued;
    boolean suspect;

    /**
     * Makes an entry that is on no queue.
     *
     * @param exclusive one wake-up wakes one such task only
     * @param condition what is waited for, so that {@link WaitQueue#findLost} can ask
     */
    public WaitEntry(Task task, boolean exclusive, BooleanSupplier condition) {
        this.task = task;
        this.exclusive = exclusive;
        this.condition = condition;
    }
}
