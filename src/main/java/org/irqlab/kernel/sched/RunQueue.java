package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.fair.DelayedSink;
import org.irqlab.kernel.sched.fair.DequeueKind;
import org.irqlab.kernel.sched.fair.EnqueueKind;
import org.irqlab.kernel.sched.fair.FairEntity;
import org.irqlab.kernel.sched.fair.FairQueue;

/**
 * What wants one CPU: real-time tasks first, then the fair class.
 *
 * <p>A switch is {@code dequeue} (if the task blocks), {@code pick}, {@code putPrevious}, {@code
 * setNext}, with one time for all of it.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton. All times are this CPU's run-queue clock, ns.
 */
final class RunQueue {
    private final RealTimeQueue realTime = new RealTimeQueue();
    private final FairQueue fair;
    private final DelayedSink delayedDone =
            entity -> ((TaskEntity) entity).task().sleep().delayEnded();

    RunQueue(SchedulerSettings settings, int cpus) {
        fair = new FairQueue(settings.fair(), cpus, settings.tickNs());
    }

    /** Takes in a task that was woken. */
    @HotPath
    void enqueue(Task task, long now) {
        task.queue = this;
        if (task.policy().realTime()) {
            realTime.addLast(task);
        } else if (task.entity().delayed()) {
            fair.requeueDelayed(task.entity());
        } else {
            fair.enqueue(
                    task.entity(),
                    task.firstWake() ? EnqueueKind.INITIAL : EnqueueKind.WAKEUP,
                    now);
        }
    }

    /** Takes out a task that goes to sleep; a fair one may stay in until its lag is used up. */
    @HotPath
    void dequeue(Task task, long now) {
        task.queue = null;
        if (task.policy().realTime()) {
            realTime.remove(task);
        } else {
            fair.dequeue(task.entity(), DequeueKind.SLEEP, now);
        }
    }

    /**
     * Changes the policy of a task that is in here, awake. One whose priority falls goes before its
     * new equals: it has not used up its turn.
     */
    void change(Task task, TaskPolicy policy, boolean running, long now) {
        boolean falls = policy.kernelPrio() > task.policy().kernelPrio();
        if (task.policy().realTime()) {
            realTime.remove(task);
        } else {
            fair.dequeue(task.entity(), DequeueKind.MOVE, now);
            if (running) {
                fair.putPrev(now);
            }
        }
        task.setPolicy(policy);
        if (policy.realTime()) {
            if (falls) {
                realTime.addFirst(task);
            } else {
                realTime.addLast(task);
            }
            return;
        }
        fair.enqueue(task.entity(), EnqueueKind.MOVE, now);
        if (running) {
            fair.setNext(task.entity(), now);
        }
    }

    /** Takes a task out for good, wherever it stands. */
    private void forget(Task task, long now) {
        if (task.policy().realTime()) {
            if (task.queue == this) {
                dequeue(task, now);
            }
        } else if (task.entity().onQueue()) {
            fair.dequeue(task.entity(), DequeueKind.SPECIAL_SLEEP, now);
        }
    }

    /** Returns who should run, or null; finishes the delayed dequeues that it meets. */
    @HotPath
    Task pick(long now) {
        Task urgent = realTime.first();
        if (urgent != null) {
            return urgent;
        }
        FairEntity entity = fair.pick(now, delayedDone);
        return entity == null ? null : ((TaskEntity) entity).task();
    }

    /** Ends the turn of the running task, whatever its class. */
    @HotPath
    void putPrevious(long now) {
        fair.putPrev(now);
    }

    /** Ends the turn of a running task that has died, and begins another one's; null: nobody's. */
    Task nextAfter(Task dead, long now) {
        forget(dead, now);
        Task next = pick(now);
        putPrevious(now);
        if (next != null) {
            setNext(next, now);
        }
        return next;
    }

    @HotPath
    void setNext(Task next, long now) {
        if (next.entity().onQueue()) {
            fair.setNext(next.entity(), now);
        }
    }

    /** Returns whether {@code woken}, just enqueued, should take the CPU from {@code current}. */
    @HotPath
    boolean preempts(Task woken, Task current, boolean needResched, long now) {
        if (woken.policy().realTime()) {
            return woken.policy().rtPriority() > current.policy().rtPriority();
        }
        if (current.policy().realTime()) {
            return false;
        }
        boolean preempts = fair.wakeupPreempts(woken.entity(), now, needResched);
        return fair.takeReschedRequest() || preempts;
    }

    /** Charges the running task; returns whether it has had its share. */
    boolean tick(long now) {
        fair.tick(now);
        return fair.takeReschedRequest();
    }

    int size() {
        return realTime.size() + fair.nr();
    }
}
