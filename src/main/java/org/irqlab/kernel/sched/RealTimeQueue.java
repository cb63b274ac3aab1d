package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;

/**
 * FIFO tasks by priority; tasks of one priority in the order in which they became runnable. The
 * running task stays in.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux kernel/sched/rt.c"
 */
final class RealTimeQueue {
    private static final int PRIORITIES = 100;

    private final Task[] first = new Task[PRIORITIES];
    private final Task[] last = new Task[PRIORITIES];
    private long lowBits;
    private long highBits;
    private int size;

    @HotPath
    void addLast(Task task) {
        int priority = task.policy().rtPriority();
        task.rtNext = null;
        task.rtPrevious = last[priority];
        if (last[priority] == null) {
            first[priority] = task;
            mark(priority, true);
        } else {
            last[priority].rtNext = task;
        }
        last[priority] = task;
        size++;
    }

    /** Before its equals: for a task that has not used up its turn. */
    void addFirst(Task task) {
        int priority = task.policy().rtPriority();
        task.rtPrevious = null;
        task.rtNext = first[priority];
        if (first[priority] == null) {
            last[priority] = task;
            mark(priority, true);
        } else {
            first[priority].rtPrevious = task;
        }
        first[priority] = task;
        size++;
    }

    @HotPath
    void remove(Task task) {
        int priority = task.policy().rtPriority();
        if (task.rtPrevious == null) {
            first[priority] = task.rtNext;
        } else {
            task.rtPrevious.rtNext = task.rtNext;
        }
        if (task.rtNext == null) {
            last[priority] = task.rtPrevious;
        } else {
            task.rtNext.rtPrevious = task.rtPrevious;
        }
        if (first[priority] == null) {
            mark(priority, false);
        }
        task.rtNext = null;
        task.rtPrevious = null;
        size--;
    }

    /** Returns the task to run, or null. */
    @HotPath
    Task first() {
        if (highBits != 0) {
            return first[2 * Long.SIZE - 1 - Long.numberOfLeadingZeros(highBits)];
        }
        return lowBits == 0 ? null : first[Long.SIZE - 1 - Long.numberOfLeadingZeros(lowBits)];
    }

    int size() {
        return size;
    }

    private void mark(int priority, boolean present) {
        long bit = 1L << priority;
        if (priority < Long.SIZE) {
            lowBits = present ? lowBits | bit : lowBits & ~bit;
        } else {
            highBits = present ? highBits | bit : highBits & ~bit;
        }
    }
}
