package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.lab.replay.ReplayPlan;

import java.util.Optional;

/**
 * What an activity sets off: raises, wakes, queued work, requests. Each returns whether it had an
 * effect of its own.
 *
 * <p><b>Threads.</b> Any holder.
 */
final class ReplayActions {
    private final ReplayPlan plan;
    private final Pace pace;
    private final Machine machine;
    private final Run[] runs;
    private final ReplayCounters[] counters;
    private ReplaySource[] sources;
    private ReplayTask[] tasks;
    private ReplayWork[] works;
    private SoftirqRuns softirqRuns;
    private ArrivalInjector[] injectors;
    private Optional<DeviceProducer> producer = Optional.empty();

    ReplayActions(
            ReplayPlan plan, Pace pace, Machine machine, Run[] runs, ReplayCounters[] counters) {
        this.plan = plan;
        this.pace = pace;
        this.machine = machine;
        this.runs = runs;
        this.counters = counters;
    }

    /** Completes the ring of references. Before the machine starts. */
    void connect(
            ReplaySource[] sources,
            ReplayTask[] tasks,
            ReplayWork[] works,
            SoftirqRuns softirqRuns,
            ArrivalInjector[] injectors,
            Optional<DeviceProducer> producer) {
        this.sources = sources;
        this.tasks = tasks;
        this.works = works;
        this.softirqRuns = softirqRuns;
        this.injectors = injectors;
        this.producer = producer;
    }

    /** Returns when {@code activity} was raised last, host ns. */
    @HotPath
    long raisedNs(int activity) {
        return runs[activity].raisedNs;
    }

    /** Whether the action is a raise that the strategy has replaced by the wake of a thread. */
    @HotPath
    boolean wakesThread(int action) {
        int activity = plan.actionActivity[action];
        int source = activity == ReplayPlan.NONE ? ReplayPlan.NONE : runs[activity].source;
        return plan.actionKind[action] == ReplayPlan.ActionKind.RAISE.ordinal()
                && source >= 0
                && sources[source].inThread();
    }

    /** Raises a softirq, or what the strategy has put in its place. */
    @HotPath
    boolean raise(KernelCpu cpu, Run by, int action) {
        int activity = plan.actionActivity[action];
        int vector = plan.actionTarget[action];
        if (activity == ReplayPlan.NONE) {
            return raiseAgain(cpu, by, vector);
        }
        Run run = runs[activity];
        boolean ofTask = PreemptCount.inTask(cpu.preemptCount());
        run.raisedNs = HostClock.nowNs();
        // A bottom half belongs to the arrival of its top half; what a task raises is an arrival
        // itself.
        run.arrivalNs = run.source == by.source ? by.arrivalNs : run.raisedNs;
        raiseRun(cpu, run, vector, ofTask);
        // What ran inside the action was not the action's own time.
        return !ofTask && !(run.source >= 0 && sources[run.source].inline());
    }

    /** The same, for a run whose stamps are set: an arrival from a task that is not replayed. */
    @HotPath
    void raiseRun(KernelCpu cpu, Run run, int vector, boolean ofTask) {
        if (ofTask) {
            cpu.bhDisable();
            if (run.source >= 0) {
                sources[run.source].arrived(cpu.id());
            }
        }
        if (run.source >= 0 && sources[run.source].moved()) {
            sources[run.source].defer(cpu, run);
            // Where it has woken a thread, that is what shows the raise.
            run.raisedNs = Math.max(run.raisedNs, cpu.pathClock().wakingNs());
        } else if (softirqRuns.offer(cpu, vector, run)) {
            counters[cpu.id()].workQueued++;
            if (run.source >= 0) {
                sources[run.source].queuedInPlace(cpu.id());
            }
            machine.softirqs(cpu.id()).raise(SoftirqVector.of(vector));
            run.raisedNs = cpu.pathClock().markNs();
        } else if (run.source >= 0) {
            sources[run.source].dropBottom(cpu);
        } else {
            counters[cpu.id()].dropped++;
        }
        if (ofTask) {
            cpu.bhEnable();
        }
    }

    /**
     * The recording raised a vector that was pending: here it is pending too, or has nothing to do.
     */
    private boolean raiseAgain(KernelCpu cpu, Run by, int vector) {
        if (by.source >= 0 && sources[by.source].moved()) {
            return false;
        }
        if (machine.softirqs(cpu.id()).pending(SoftirqVector.of(vector))) {
            machine.softirqs(cpu.id()).raise(SoftirqVector.of(vector));
        }
        return true;
    }

    @HotPath
    boolean wake(KernelCpu cpu, int action) {
        int activity = plan.actionActivity[action];
        if (activity == ReplayPlan.NONE) {
            return false;
        }
        return tasks[plan.actionTarget[action]].wake(cpu, runs[activity]);
    }

    /** Returns whether the task slept, unlike the recorded one. */
    @HotPath
    boolean deliver(KernelCpu cpu, int action) {
        return tasks[plan.actionTarget[action]].deliver(cpu, runs[plan.actionActivity[action]]);
    }

    @HotPath
    boolean queueWork(KernelCpu cpu, Run by, int action) {
        int activity = plan.actionActivity[action];
        if (activity == ReplayPlan.NONE) {
            return false;
        }
        return works[plan.actionTarget[action]].queue(cpu, runs[activity], plan.actionCpu[action]);
    }

    /** Sends a request to a device: its completion will be an interrupt. */
    @HotPath
    boolean request(KernelCpu cpu, int action) {
        Run run = runs[plan.actionActivity[action]];
        run.arrivalNs = HostClock.nowNs() + pace.paced(plan.actionDelayNs[action]);
        boolean sent;
        if (producer.isPresent()) {
            sent = producer.get().request(run);
        } else {
            sent = injectors[cpu.id()].request(run.arrivalNs, run);
            cpu.hw().deadlineChanged();
        }
        if (!sent) {
            counters[cpu.id()].dropped++;
        }
        return true;
    }
}
