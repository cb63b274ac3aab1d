package org.irqlab.kernel.locking;

import org.irqlab.kernel.sched.Task;

/**
 * Who has the bottom halves of one CPU off on PREEMPT_RT, or runs its softirqs: one task at a time,
 * to which those who wait lend their priority.
 *
 * <p><b>Threads.</b> Tasks of this CPU; {@link #held} and {@link #heldBy} by its holder.
 *
 * @see "Linux kernel/softirq.c, softirq_ctrl"
 */
public final class BottomHalfLock {
    private final RtMutex mutex;

    public BottomHalfLock(PriorityInheritance inheritance) {
        mutex = RtMutex.inSpinLock(inheritance, "bottom halves");
    }

    /** Takes the lock; the task stays on its CPU from here on. */
    public void lock(Task self) {
        self.pin();
        mutex.lock(self);
    }

    /** Gives the lock to the most urgent of those who wait. */
    public void unlock(Task self) {
        mutex.unlock(self);
        self.unpin();
    }

    /** Returns whether a task has it: it will run what is pending. */
    public boolean held() {
        return mutex.owner() != null;
    }

    public boolean heldBy(Task task) {
        return mutex.owner() == task;
    }
}
