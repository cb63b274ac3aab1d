package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;

import java.util.concurrent.atomic.AtomicReference;

/**
 * Changes of policy and priority of tasks that are on one CPU, on their way from whoever wants
 * them.
 *
 * <p>The wish is in the task; the CPU that has it in its run queue makes it true. A task that
 * sleeps or is on its way to another CPU is seen to when it is enqueued there: the wish is stored
 * before the sleep state is read here, the state before the wish is read there, so that one of them
 * sees the other.
 *
 * <p><b>Threads.</b> {@link #want}: any holder. The rest: the holder of this CPU's baton.
 *
 * @see "Linux kernel/sched/core.c, rt_mutex_setprio"
 */
final class PolicyChanges {
    private final KernelCpu cpu;
    private final RunQueue queue;
    private final RunQueueClock clock;

    // Any holder.
    private final AtomicReference<Change> first = new AtomicReference<>();

    private record Change(Task task, Change next) {}

    PolicyChanges(KernelCpu cpu, RunQueue queue, RunQueueClock clock) {
        this.cpu = cpu;
        this.queue = queue;
        this.clock = clock;
    }

    /**
     * Makes {@code policy} the one of {@code task}, wherever it is; {@code from} is the caller's
     * CPU.
     */
    static void want(Task task, TaskPolicy policy, KernelCpu from) {
        task.setWantedPolicy(policy);
        // After the wish; pairs with CpuScheduler.activate().
        task.sleep().asleep();
        KernelCpu home = task.cpu();
        if (home == from) {
            from.scheduler().policyChanges.apply(task);
        } else if (home.scheduler().policyChanges.push(task)) {
            from.smp().sendWakeList(home.id());
        }
    }

    /** Returns whether the list was empty: the CPU has to be told. */
    private boolean push(Task task) {
        while (true) {
            Change seen = first.get();
            if (first.compareAndSet(seen, new Change(task, seen))) {
                return seen == null;
            }
        }
    }

    /** Takes in what others want. Interrupts off. */
    @HotPath
    void drain() {
        if (first.get() != null) {
            for (Change at = first.getAndSet(null); at != null; at = at.next()) {
                apply(at.task());
            }
        }
    }

    /** Gives {@code task} the policy that is wanted of it, if it is in this CPU's run queue. */
    void apply(Task task) {
        TaskPolicy wanted = task.wantedPolicy();
        if (task.queue != queue || wanted.equals(task.policy())) {
            return;
        }
        CpuScheduler scheduler = cpu.scheduler();
        Task current = scheduler.current();
        boolean falls = wanted.kernelPrio() > task.policy().kernelPrio();
        long now = clock.readNs();
        queue.change(task, wanted, task == current, now);
        boolean another = task == current && falls;
        boolean preempts =
                task != current && queue.preempts(task, current, scheduler.needResched(), now);
        if (another || preempts) {
            scheduler.requestResched();
        }
    }
}
