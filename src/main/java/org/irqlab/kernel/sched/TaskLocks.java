package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;

import java.util.List;

/**
 * The locks that a task holds, interrupts on top of it included, as the lock checker knows them.
 *
 * <p><b>Threads.</b> The holder of the CPU on which the task runs.
 *
 * @see "Linux include/linux/sched.h, held_locks"
 */
public abstract class TaskLocks {
    /** A task of which nothing is known. */
    static final TaskLocks NONE =
            new TaskLocks() {
                @Override
                public List<String> held() {
                    return List.of();
                }

                @Override
                public List<String> drop(int depth) {
                    return List.of();
                }
            };

    private int depth;

    protected TaskLocks() {}

    /** Returns how many locks are held. */
    @HotPath
    public final int depth() {
        return depth;
    }

    @HotPath
    protected final void setDepth(int depth) {
        this.depth = depth;
    }

    /** Returns a line for each lock held, the first taken first. */
    public abstract List<String> held();

    /** Forgets the locks above the first {@code depth}; returns a line for each. */
    public abstract List<String> drop(int depth);
}
