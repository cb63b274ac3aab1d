package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Tasks woken by other CPUs, on their way into this CPU's run queue: a lock-free list, taken whole.
 *
 * <p>Only the push that finds the list empty sends an interrupt; whoever takes the list takes all
 * of it.
 *
 * <p><b>Threads.</b> Any holder pushes; the owner takes. <b>Progress.</b> Push lock-free, take
 * wait-free.
 *
 * @see "Linux kernel/sched/core.c, ttwu_queue_wakelist; kernel/smp.c"
 */
public final class WakeList {
    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(WakeList.class, "head", Task.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Any thread, through HEAD.
    private Task head;

    /**
     * Adds a task that is on no list.
     *
     * @return whether the list was empty, so that the owner has to be told
     */
    @HotPath
    boolean push(Task task) {
        for (; ; ) {
            Task first = (Task) HEAD.getOpaque(this);
            task.wakeNext = first;
            // Releases the task's fields; pairs with the getAndSet of takeAll().
            if (HEAD.compareAndSet(this, first, task)) {
                return first == null;
            }
        }
    }

    /**
     * Returns the oldest task of the list, linked by {@code wakeNext}, or null; the list is then
     * empty.
     */
    @HotPath
    Task takeAll() {
        if (HEAD.getOpaque(this) == null) {
            return null;
        }
        // Acquires what the pushes released; pairs with the compareAndSet of push().
        Task newest = (Task) HEAD.getAndSet(this, null);
        Task oldest = null;
        while (newest != null) {
            Task older = newest.wakeNext;
            newest.wakeNext = oldest;
            oldest = newest;
            newest = older;
        }
        return oldest;
    }
}
