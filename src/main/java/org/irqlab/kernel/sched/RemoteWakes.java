package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.path.PathModel;

/**
 * What other CPUs woke for this one, on its way from their call to this CPU's run queue, and the
 * model time of that way.
 *
 * <p><b>Threads.</b> {@link #send}: any holder. The rest: the holder of this CPU's baton,
 * interrupts off.
 *
 * @see "Linux kernel/sched/core.c, sched_ttwu_pending"
 */
final class RemoteWakes {
    private final KernelCpu cpu;
    private final WakeList list = new WakeList();

    // Holder only: taken from the list, oldest first.
    private Task arrived;

    RemoteWakes(KernelCpu cpu) {
        this.cpu = cpu;
    }

    /** Sends a task on its way to {@code target}, whose wake the caller has won. */
    @HotPath
    static void send(Task task, KernelCpu target) {
        task.setCpu(target);
        task.remoteWake = true;
        task.wokenNs = HostClock.nowNs();
        if (target.scheduler().remoteWakes.list.push(task)) {
            target.smp().sendWakeList(target.id());
        }
    }

    /**
     * The interrupt that brings the tasks begins: spends their way up to there.
     *
     * @param toIdle whether it finds the CPU idle
     */
    @HotPath
    void interruptBegins(boolean toIdle) {
        if (cpu.paths() != PathModel.NONE) {
            take(toIdle);
            if (arrived != null) {
                cpu.hw().burnUntil(arrived.arrivesNs - cpu.paths().remoteActivateNs());
            }
        }
    }

    /** Returns the next task that has arrived, the whole way spent, or null. */
    @HotPath
    Task next(boolean toIdle) {
        if (arrived == null) {
            take(toIdle);
        }
        Task task = arrived;
        if (task != null) {
            arrived = task.wakeNext;
            task.wakeNext = null;
            if (cpu.paths() != PathModel.NONE) {
                cpu.hw().burnUntil(task.arrivesNs);
            }
        }
        return task;
    }

    private void take(boolean toIdle) {
        arrived = list.takeAll();
        for (Task task = arrived; task != null; task = task.wakeNext) {
            task.arrivesNs = task.wokenNs + wayNs(task, toIdle);
        }
    }

    private long wayNs(Task task, boolean toIdle) {
        long ownNs = task.remoteWakeNs();
        return toIdle && ownNs >= 0 ? ownNs : cpu.paths().remoteWakeNs(toIdle);
    }
}
