package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.fair.FairEntity;
import org.irqlab.kernel.sched.fair.FairQueue;

/**
 * What wants one CPU: real-time tasks first, then the fair class.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton. All times are this CPU's run-queue clock, ns.
 */
final class RunQueue {
    private final RealTimeQueue realTime = new RealTimeQueue();
    private final FairQueue fair;

    RunQueue(SchedulerSettings settings, int cpus) {
        fair = new FairQueue();
    }

    @HotPath
    void enqueue(Task task, long now) {
        task.queued = true;
        if (task.policy().realTime()) {
            realTime.add(task);
        } else {
            fair.enqueue(task.fair());
        }
    }

    /** Takes a task that goes to sleep out; returns {@code false} when it stays in for its lag. */
    @HotPath
    boolean dequeue(Task task, long now) {
        task.queued = false;
        if (task.policy().realTime()) {
            realTime.remove(task);
        } else {
            fair.dequeue(task.fair());
        }
        return true;
    }

    /** Takes a task out for good, wherever it stands. */
    void forget(Task task, long now) {
        if (task.queued) {
            dequeue(task, now);
        }
    }

    @HotPath
    void putPrevious(Task task, long now) {}

    @HotPath
    Task pick(long now) {
        Task urgent = realTime.first();
        if (urgent != null) {
            return urgent;
        }
        FairEntity entity = fair.pick();
        return entity == null ? null : (Task) entity.owner();
    }

    @HotPath
    void setNext(Task previous, Task next, long now) {}

    /** Returns whether {@code woken}, just enqueued, should take the CPU from {@code current}. */
    @HotPath
    boolean preempts(Task woken, Task current, long now) {
        if (woken.policy().realTime()) {
            return woken.policy().rtPriority() > current.policy().rtPriority();
        }
        return false;
    }

    /** Returns whether the running task has had its share. */
    boolean tick(Task current, long now) {
        return false;
    }

    int size() {
        return realTime.size() + fair.size();
    }
}
