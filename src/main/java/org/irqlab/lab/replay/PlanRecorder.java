package org.irqlab.lab.replay;

import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;
import org.irqlab.lab.replay.ReplayPlan.SourceKind;
import org.irqlab.lab.timeline.ContextEvents;
import org.irqlab.lab.timeline.ContextFrame;
import org.irqlab.lab.timeline.ContextFrame.Before;
import org.irqlab.lab.timeline.ContextFrame.RaiseOrigin;
import org.irqlab.lab.timeline.CpuTimeline;
import org.irqlab.lab.timeline.SwitchIn;
import org.irqlab.lab.timeline.SwitchIn.Evidence;
import org.irqlab.lab.timeline.TaskClass;
import org.irqlab.lab.timeline.TraceTask;
import org.irqlab.lab.timeline.TraceWake;
import org.irqlab.lab.timeline.TraceWork;
import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceEvent;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes down the activities of a trace with what they did and what that set off, as a timeline
 * tells it.
 *
 * <p><b>Threads.</b> One.
 */
final class PlanRecorder implements ContextEvents {
    private static final int NONE = ReplayPlan.NONE;

    /** An IPI later than this after a remote wake was not sent for it. */
    private static final long IPI_AFTER_WAKE_NS = 500_000;

    static final String CUT_BY_LOSS = "quanta and work items cut short by a loss";
    static final String CUT_BY_END = "runs cut short by the end of the trace";
    static final String QUANTA_STILL_ON = "quanta still on at the end";

    final PlanActivities plan = new PlanActivities();
    final PlanSources sources = new PlanSources();
    final PlanWorks works;
    final PlanCounts counts = new PlanCounts();

    /** Tasks by number; the machine's own too. */
    final List<TraceTask> tasks = new ArrayList<>();

    private final NameTable names;

    // By CPU.
    private int[] lastQueueing = {};
    private long[] remoteWakeNs = {};
    private boolean[] afterGap = {};

    PlanRecorder(NameTable names) {
        this.names = names;
        works = new PlanWorks(names);
    }

    /** Returns a task's name. */
    String name(int task) {
        return names.name(tasks.get(task).nameId);
    }

    private void know(int cpu) {
        int known = lastQueueing.length;
        if (cpu < known) {
            return;
        }
        int length = Math.max(cpu + 1, 2 * known);
        lastQueueing = Arrays.copyOf(lastQueueing, length);
        remoteWakeNs = Arrays.copyOf(remoteWakeNs, length);
        afterGap = Arrays.copyOf(afterGap, length);
        Arrays.fill(lastQueueing, known, length, NONE);
        Arrays.fill(remoteWakeNs, known, length, Long.MIN_VALUE / 2);
    }

    private void know(TraceTask task) {
        while (task.id >= tasks.size()) {
            tasks.add(null);
        }
        tasks.set(task.id, task);
    }

    /** Returns the activity that runs on the CPU, or NONE for one that is not the plan's. */
    private int running(CpuTimeline cpu) {
        ContextFrame top = cpu.top();
        if (top != null) {
            return top.tag;
        }
        TraceTask task = cpu.current();
        return switch (task.taskClass) {
            case IDLE, SOFTIRQD -> NONE;
            case WORKER -> task.work == null ? NONE : task.work.runTag;
            case NAPI, RT, USER -> task.tag;
        };
    }

    private int act(CpuTimeline cpu, ActionKind kind, int target, long nowNs) {
        know(cpu.cpu);
        int parent = running(cpu);
        long offset = parent < 0 ? 0 : cpu.netNs(nowNs) - plan.startNetNs(parent);
        counts.add(parent < 0 ? "actions outside activities" : "actions", 1);
        return plan.addAction(parent, kind, target, cpu.cpu, offset, nowNs);
    }

    /** The action took until now, if the same activity still runs. */
    private void took(CpuTimeline cpu, int action, long nowNs) {
        int parent = running(cpu);
        if (parent != plan.parent(action) || plan.actionCpu(action) != cpu.cpu) {
            return;
        }
        long now = parent < 0 ? nowNs : cpu.netNs(nowNs) - plan.startNetNs(parent);
        plan.actionCost(action, now - (parent < 0 ? plan.actionNs(action) : plan.offsetNs(action)));
    }

    // Interrupts and softirqs.

    @Override
    public void entered(CpuTimeline cpu, ContextFrame frame) {
        know(cpu.cpu);
        lastQueueing[cpu.cpu] = NONE;
        if (frame.opened == EventKind.SOFTIRQ_ENTRY) {
            enteredSoftirq(cpu, frame);
            return;
        }
        int source = source(cpu, frame);
        counts.add(sources.kind(source) + " interrupts", 1);
        frame.tag = plan.add(ActivityKind.TOP_HALF, NONE, source, cpu.cpu, frame.startNs, 0);
    }

    private int source(CpuTimeline cpu, ContextFrame frame) {
        String event = frame.opened.text();
        return switch (frame.opened) {
            case IRQ_HANDLER_ENTRY ->
                    sources.count(
                            SourceKind.DEVICE, names.name(frame.nameId), frame.number, cpu.cpu);
            case LOCAL_TIMER_ENTRY ->
                    sources.count(
                            SourceKind.LOCAL_TIMER,
                            "local_timer/" + cpu.cpu,
                            frame.number,
                            cpu.cpu);
            case OTHER ->
                    sources.count(SourceKind.IPI, "unrecorded/" + cpu.cpu, frame.number, cpu.cpu);
            default ->
                    sources.count(
                            SourceKind.IPI,
                            event.substring(0, event.length() - "_entry".length()) + "/" + cpu.cpu,
                            frame.number,
                            cpu.cpu);
        };
    }

    private void enteredSoftirq(CpuTimeline cpu, ContextFrame frame) {
        int raise = frame.raiseTag;
        int raiser = raise < 0 ? NONE : plan.parent(raise);
        int source = NONE;
        if (raiser >= 0 && frame.origin != RaiseOrigin.TASK) {
            source = plan.source(raiser);
        }
        if (source < 0) {
            source = taskSoftirq(frame.number, cpu.cpu);
        }
        counts.add("softirq runs", 1);
        int run = plan.add(ActivityKind.SOFTIRQ, frame.number, source, cpu.cpu, frame.startNs, 0);
        if (raise >= 0) {
            plan.link(raise, run);
        }
        frame.tag = run;
    }

    int taskSoftirq(int vector, int cpu) {
        String name = StageNames.vector(vector) + "/" + cpu;
        return sources.count(SourceKind.TASK_SOFTIRQ, name, vector, cpu);
    }

    @Override
    public void left(CpuTimeline cpu, ContextFrame frame, long nowNs) {
        lastQueueing[cpu.cpu] = NONE;
        plan.end(frame.tag, frame.netNs(nowNs), nowNs);
        boolean ipi = frame.hard() && sources.kind(plan.source(frame.tag)) == SourceKind.IPI;
        if (!ipi || plan.acts(frame.tag)) {
            return;
        }
        if (frame.startNs - remoteWakeNs[cpu.cpu] <= IPI_AFTER_WAKE_NS) {
            remoteWakeNs[cpu.cpu] = Long.MIN_VALUE / 2;
            plan.kill(frame.tag);
            counts.add("IPIs of remote wakes", 1);
        } else if (frame.opened == EventKind.OTHER) {
            plan.kill(frame.tag);
            counts.add("unrecorded interrupts without effect", 1);
        }
    }

    @Override
    public void discarded(CpuTimeline cpu, ContextFrame frame) {
        plan.kill(frame.tag);
        counts.add(
                frame.hard()
                        ? "interrupts without end, left out"
                        : "softirq runs without end, left out",
                1);
        if (frame.hard() && sources.kind(plan.source(frame.tag)) == SourceKind.DEVICE) {
            counts.add("device interrupts left out", 1);
        }
    }

    @Override
    public void raised(CpuTimeline cpu, int vector, boolean merged, long nowNs) {
        int action = act(cpu, ActionKind.RAISE, vector, nowNs);
        lastQueueing[cpu.cpu] = NONE;
        counts.add(merged ? "raises merged" : "raises", 1);
        if (!merged) {
            cpu.raiseTags[vector] = action;
        }
        ContextFrame top = cpu.top();
        if (top != null && top.hard()) {
            sources.raised(plan.source(top.tag), vector);
        }
    }

    @Override
    public void polled(CpuTimeline cpu, TraceEvent event) {
        int activity = running(cpu);
        if (activity >= 0) {
            plan.poll(activity, event.napiWork);
        }
    }

    // Work items.

    @Override
    public void workQueued(CpuTimeline cpu, TraceWork work, boolean again, TraceEvent event) {
        int id = works.id(work);
        if (work.chosenCpu < 0) {
            works.queuedUnbound(id);
        }
        counts.add("work queued", 1);
        counts.add("work queued again before it started", again ? 1 : 0);
        int action = act(cpu, ActionKind.QUEUE_WORK, id, event.timeNs);
        plan.toCpu(action, work.chosenCpu < 0 ? NONE : work.chosenCpu);
        work.queueTag = action;
        lastQueueing[cpu.cpu] = action;
    }

    @Override
    public void workStarted(CpuTimeline cpu, TraceWork work, long nowNs) {
        int id = works.id(work);
        works.executedBy(id, names.name(cpu.current().nameId));
        counts.add("work executed", 1);
        work.runTag = plan.add(ActivityKind.WORK, id, NONE, cpu.cpu, nowNs, work.startedNetNs);
        if (work.queuedNs >= 0) {
            plan.link(work.queueTag, work.runTag);
        }
    }

    @Override
    public void workEnded(CpuTimeline cpu, TraceTask worker, long nowNs) {
        TraceWork work = worker.work;
        if (work.runTag >= 0) {
            plan.end(work.runTag, worker.netNs(nowNs) - work.startedNetNs, nowNs);
        }
        if (work.sleeps > 0) {
            counts.add("work executions that slept", 1);
            counts.add("ns slept in work", work.sleptNs);
        }
        work.runTag = NONE;
    }

    // Tasks.

    @Override
    public void waking(CpuTimeline cpu, TraceTask task, TraceWake wake, long nowNs) {
        know(task);
        wake.tag = NONE;
        if (!task.taskClass.belongsToMachine()) {
            wake.tag = act(cpu, ActionKind.WAKE, task.id, nowNs);
            counts.add("wakes", 1);
        }
    }

    @Override
    public void woken(CpuTimeline cpu, TraceTask task, TraceWake wake, boolean merged, long nowNs) {
        if (wake.targetCpu >= 0) {
            know(Math.max(wake.targetCpu, cpu.cpu));
            if (wake.targetCpu != wake.wakerCpu && wake.wokenOnCpu == wake.wakerCpu) {
                remoteWakeNs[wake.targetCpu] = nowNs;
            } else if (wake.wokenOnCpu != wake.wakerCpu) {
                remoteWakeNs[cpu.cpu] = nowNs;
            }
        }
        if (wake.tag >= 0) {
            plan.toCpu(wake.tag, wake.targetCpu);
            counts.add("wakes of tasks that were awake", merged ? 1 : 0);
            if (wake.wokenOnCpu == wake.wakerCpu) {
                took(cpu, wake.tag, nowNs);
            }
        } else if (task.taskClass == TaskClass.WORKER && lastQueueing[cpu.cpu] >= 0) {
            took(cpu, lastQueueing[cpu.cpu], nowNs);
        }
    }

    @Override
    public void switchedIn(CpuTimeline cpu, SwitchIn how, boolean starts) {
        know(cpu.cpu);
        lastQueueing[cpu.cpu] = NONE;
        TraceTask task = cpu.current();
        know(task);
        if (!starts || task.taskClass.belongsToMachine()) {
            return;
        }
        long netNs = task.netNs(how.timeNs);
        int quantum = plan.add(ActivityKind.QUANTUM, task.id, NONE, cpu.cpu, how.timeNs, netNs);
        task.tag = quantum;
        TraceWake wake = task.startedBy;
        if (wake != null && wake.tag >= 0) {
            plan.link(wake.tag, quantum);
        } else if (how.evidence == Evidence.AT_START && !afterGap[cpu.cpu]) {
            plan.markInitial(quantum);
        }
        if (wake != null && !wake.local() && wake.targetIdle && wake.wokenNs >= 0) {
            plan.remoteWake(quantum, wake.wokenNs - wake.wakingNs);
        }
        if (how.evidence == Evidence.IMPLICIT_FROM_IDLE) {
            long fromNs = wake == null ? how.timeNs : Math.max(how.beforeNs, wake.wakingNs);
            plan.slack(quantum, how.timeNs - fromNs, wake != null && !wake.local());
        }
    }

    @Override
    public void switchedOut(CpuTimeline cpu, TraceTask task, boolean sleeps, long nowNs) {
        lastQueueing[cpu.cpu] = NONE;
        if (task.work != null && task.work.runTag >= 0) {
            plan.end(task.work.runTag, task.netNs(nowNs) - task.work.startedNetNs, nowNs);
        }
        if (sleeps && task.tag >= 0) {
            plan.end(task.tag, task.netNs(nowNs) - plan.startNetNs(task.tag), nowNs);
            task.tag = NONE;
        } else if (!sleeps && askedToLeave(cpu.before())) {
            int activity = running(cpu);
            if (activity >= 0) {
                plan.preempted(activity);
            }
        }
    }

    /** An interrupt or a wake came directly before: the task leaves for the one that was woken. */
    private static boolean askedToLeave(Before before) {
        return before == Before.INTERRUPT_EXIT
                || before == Before.SOFTIRQ_EXIT
                || before == Before.TASK_WAKE;
    }

    @Override
    public void lostSight(CpuTimeline cpu, TraceTask task, long nowNs) {
        if (task.work != null && task.work.runTag >= 0) {
            plan.end(task.work.runTag, task.netNs(nowNs) - task.work.startedNetNs, nowNs);
            plan.markCut(task.work.runTag);
            task.work.runTag = NONE;
            counts.add(CUT_BY_LOSS, 1);
        }
        if (task.tag >= 0) {
            plan.end(task.tag, task.netNs(nowNs) - plan.startNetNs(task.tag), nowNs);
            plan.markCut(task.tag);
            task.tag = NONE;
            counts.add(CUT_BY_LOSS, 1);
        }
    }

    @Override
    public void gap(CpuTimeline cpu, long fromNs, long untilNs) {
        know(cpu.cpu);
        afterGap[cpu.cpu] = true;
        lastQueueing[cpu.cpu] = NONE;
    }

    /** The trace ends: what still runs has the cost that was seen of it. */
    void finish(long nowNs) {
        for (TraceTask task : tasks) {
            if (task != null && task.tag >= 0) {
                plan.end(task.tag, task.netNs(nowNs) - plan.startNetNs(task.tag), nowNs);
                plan.markCut(task.tag);
                counts.add(QUANTA_STILL_ON, 1);
            }
        }
        for (int a = 0; a < plan.activities(); a++) {
            if (!plan.dead(a) && plan.endNs(a) < 0) {
                plan.end(a, nowNs - plan.startNs(a), nowNs);
                plan.markCut(a);
                counts.add(CUT_BY_END, 1);
            }
        }
    }
}
