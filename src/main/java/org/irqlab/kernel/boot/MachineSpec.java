package org.irqlab.kernel.boot;

import org.irqlab.hw.cpu.GuestThread;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.kernel.irq.IrqSettings;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.kernel.sched.PreemptModel;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.kernel.softirq.SoftirqPolicy;
import org.irqlab.kernel.softirq.SoftirqSettings;
import org.irqlab.kernel.workqueue.setup.WorkerSettings;
import org.irqlab.kernel.workqueue.setup.WorkerSupply;

import java.util.Arrays;
import java.util.function.IntFunction;

/**
 * What a machine is made of.
 *
 * @param hostCores the host core of each virtual CPU; its length is the number of CPUs
 * @param paths the path costs of each CPU
 * @param traceCapacity events per CPU, 0 for no trace
 * @param stealNs see {@link NoiseMeter}
 * @param workers how many worker threads there are
 * @param firstPid of the machine's own threads; what a replay imitates has smaller ones
 * @param irqs how the interrupt layer is booted
 * @param softirqs how the bottom halves behave
 */
public record MachineSpec(
        int[] hostCores,
        SchedulerSettings scheduling,
        IntFunction<PathModel> paths,
        int traceCapacity,
        long stealNs,
        WorkerSettings workers,
        int firstPid,
        IrqSettings irqs,
        SoftirqSettings softirqs) {
    private static final int FIRST_PID = 2;

    /**
     * A spec without contradictions: PREEMPT_RT threads handlers by force, and where they are
     * threaded by force, softirqs run in ksoftirqd and not at interrupt exit.
     */
    public MachineSpec {
        if (scheduling.preempt().realTime()) {
            irqs = irqs.withThreading(IrqSettings.Threading.FORCED_RT);
        }
        if (irqs.threading().forced()) {
            softirqs = softirqs.withPolicy(SoftirqPolicy.NOT_AT_INTERRUPT_EXIT);
        }
    }

    /** A machine whose CPUs float over the host's cores: for tests of behaviour, not of time. */
    public static MachineSpec unpinned(int cpus) {
        var cores = new int[cpus];
        Arrays.fill(cores, GuestThread.ANY_CORE);
        return pinned(cores);
    }

    /** A Linux 6.18 machine on the given host cores, without path costs and without a trace. */
    public static MachineSpec pinned(int... hostCores) {
        return new MachineSpec(
                hostCores,
                SchedulerSettings.linux618(),
                cpu -> PathModel.NONE,
                0,
                NoiseMeter.DEFAULT_STEAL_NS,
                WorkerSettings.linux(SchedulerSettings.linux618().tickNs()),
                FIRST_PID,
                IrqSettings.linux(),
                SoftirqSettings.linux618());
    }

    public MachineSpec withScheduling(SchedulerSettings settings) {
        return new MachineSpec(
                hostCores,
                settings,
                paths,
                traceCapacity,
                stealNs,
                workers,
                firstPid,
                irqs,
                softirqs);
    }

    /**
     * The same with PREEMPT_RT: handlers in threads but for those that refuse, softirqs in tasks
     * that can be preempted, spin locks that sleep.
     */
    public MachineSpec withPreemptRt() {
        return withScheduling(scheduling.withPreempt(PreemptModel.RT));
    }

    public MachineSpec withPaths(IntFunction<PathModel> model) {
        return new MachineSpec(
                hostCores,
                scheduling,
                model,
                traceCapacity,
                stealNs,
                workers,
                firstPid,
                irqs,
                softirqs);
    }

    public MachineSpec withTrace(int eventsPerCpu) {
        return new MachineSpec(
                hostCores,
                scheduling,
                paths,
                eventsPerCpu,
                stealNs,
                workers,
                firstPid,
                irqs,
                softirqs);
    }

    /** The same with exactly so many threads of each worker pool: none is made or ended. */
    public MachineSpec withWorkersPerPool(int count) {
        return withWorkers(workers.withPerPool(count).withSupply(WorkerSupply.FIXED));
    }

    public MachineSpec withWorkers(WorkerSettings settings) {
        return new MachineSpec(
                hostCores,
                scheduling,
                paths,
                traceCapacity,
                stealNs,
                settings,
                firstPid,
                irqs,
                softirqs);
    }

    public MachineSpec withFirstPid(int pid) {
        return new MachineSpec(
                hostCores, scheduling, paths, traceCapacity, stealNs, workers, pid, irqs, softirqs);
    }

    public MachineSpec withIrqs(IrqSettings settings) {
        return new MachineSpec(
                hostCores,
                scheduling,
                paths,
                traceCapacity,
                stealNs,
                workers,
                firstPid,
                settings,
                softirqs);
    }

    public MachineSpec withSoftirqs(SoftirqSettings settings) {
        return new MachineSpec(
                hostCores,
                scheduling,
                paths,
                traceCapacity,
                stealNs,
                workers,
                firstPid,
                irqs,
                settings);
    }

    public int cpus() {
        return hostCores.length;
    }
}
