package org.irqlab.lab.timeline;

import org.agrona.collections.Int2ObjectHashMap;
import org.irqlab.lab.timeline.ContextFrame.Before;
import org.irqlab.lab.timeline.SwitchIn.Evidence;
import org.irqlab.lab.timeline.TraceTask.State;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceEvent;

/** The part of a {@link TraceTimeline} that follows tasks: switches and wakes. */
final class TaskTimeline {
    /** What the recorder prints for a task whose name it no longer knows. */
    private static final String UNKNOWN_NAME = "<...>";

    private final NameTable names;
    private final ContextEvents listener;
    private final TimelineCounts counts;
    private final TraceTimeline timeline;
    private final SwitchIn how = new SwitchIn();
    private final Int2ObjectHashMap<TraceTask> tasks = new Int2ObjectHashMap<>();
    private int taskCount;

    TaskTimeline(
            NameTable names,
            ContextEvents listener,
            TimelineCounts counts,
            TraceTimeline timeline) {
        this.names = names;
        this.listener = listener;
        this.counts = counts;
        this.timeline = timeline;
    }

    /**
     * Returns the task of a pid; every CPU has an idle task of its own.
     *
     * @param prio the kernel's prio, or -1 when the event does not tell it
     */
    private TraceTask task(CpuTimeline cpu, int pid, int commId, int prio) {
        int key = pid == 0 ? -1 - cpu.cpu : pid;
        TraceTask task = tasks.get(key);
        if (task == null) {
            TaskClass taskClass = TaskClass.of(pid, names.name(commId), prio);
            task = new TraceTask(taskCount++, pid, commId, prio, taskClass);
            tasks.put(key, task);
        } else if (commId != task.nameId || prio >= 0 && prio != task.prio) {
            rename(task, commId, prio);
        }
        return task;
    }

    private void rename(TraceTask task, int commId, int prio) {
        String name = names.name(commId);
        if (!name.equals(UNKNOWN_NAME)) {
            task.rename(commId, prio, TaskClass.of(task.pid, name, task.prioOr(prio)));
        }
    }

    /** The CPU's first event, or the first after a loss. */
    void begin(CpuTimeline cpu, TraceEvent e) {
        how.from = null;
        how.preempted = false;
        TraceTask task = task(cpu, e.pid, e.commId, -1);
        boolean idleUntilNow = task.taskClass == TaskClass.IDLE && cpu.firstNs == e.timeNs;
        enter(cpu, task, Evidence.AT_START, idleUntilNow ? 0 : e.timeNs);
    }

    /** The event's task is another one than the last switch told. */
    void implicitSwitch(CpuTimeline cpu, TraceEvent e) {
        boolean idle = cpu.current().taskClass == TaskClass.IDLE;
        if (idle) {
            counts.implicitSwitchIns++;
        } else {
            counts.unrecordedSwitches++;
        }
        leave(cpu, !idle, State.ASLEEP, cpu.lastNs);
        TraceTask next = task(cpu, e.pid, e.commId, -1);
        Evidence evidence = idle ? Evidence.IMPLICIT_FROM_IDLE : Evidence.UNRECORDED;
        enter(cpu, next, evidence, next.taskClass == TaskClass.IDLE ? cpu.lastNs : e.timeNs);
        cpu.last = Before.SWITCH;
        cpu.lastNs = e.timeNs;
    }

    Before switched(CpuTimeline cpu, TraceEvent e) {
        TraceTask prev = cpu.current();
        TraceTask next = task(cpu, e.taskPid, e.taskCommId, e.taskPrio);
        if (prev.prio != e.prevPrio || prev.nameId != e.prevCommId) {
            rename(prev, e.prevCommId, e.prevPrio);
        }
        boolean sleeps = e.prevState != 'R' && !e.prevPreempted;
        if (otherOrIdle(prev.taskClass) && otherOrIdle(next.taskClass)) {
            counts.switchesOfOthers++;
        }
        boolean dies = e.prevState == 'X' || e.prevState == 'Z' || e.prevState == 'x';
        leave(cpu, sleeps, dies ? State.DEAD : State.ASLEEP, e.timeNs);
        enter(cpu, next, Evidence.RECORDED, e.timeNs);
        return Before.SWITCH;
    }

    private static boolean otherOrIdle(TaskClass taskClass) {
        return taskClass == TaskClass.IDLE || !taskClass.belongsToMachine();
    }

    private void leave(CpuTimeline cpu, boolean sleeps, State asleep, long nowNs) {
        TraceTask prev = cpu.current();
        how.from = prev;
        how.preempted = !sleeps && prev.taskClass != TaskClass.IDLE;
        prev.leave(nowNs, sleeps ? asleep : State.RUNNABLE);
        listener.switchedOut(cpu, prev, sleeps, nowNs);
        if (sleeps) {
            prev.inQuantum = false;
            if (prev.work != null) {
                prev.work.sleeps++;
            }
        }
    }

    private void enter(CpuTimeline cpu, TraceTask next, Evidence evidence, long nowNs) {
        how.evidence = evidence;
        how.timeNs = nowNs;
        how.before = cpu.last;
        how.beforeNs = cpu.lastNs;
        how.blockStartNs = cpu.blockStartNs;
        boolean starts = !next.inQuantum;
        next.startedBy = starts ? next.takeWake() : null;
        if (starts && next.work != null) {
            next.work.sleptNs += nowNs - next.offSinceNs();
        }
        next.inQuantum = true;
        cpu.enter(next, nowNs);
        listener.switchedIn(cpu, how, starts);
    }

    /** Events of the CPU were lost: nothing is known of its task any more. */
    void lose(CpuTimeline cpu) {
        TraceTask task = cpu.current();
        if (task != null) {
            task.leave(cpu.lastNs, State.UNKNOWN);
            listener.lostSight(cpu, task, cpu.lastNs);
            task.inQuantum = false;
            if (task.work != null) {
                task.work.startedNs = TraceWake.NONE;
                task.work = null;
            }
        }
    }

    Before waking(CpuTimeline cpu, TraceEvent e) {
        TraceTask task = task(cpu, e.taskPid, e.taskCommId, e.taskPrio);
        begin(cpu, task, e, false);
        return cpu.depth() == 0 ? Before.TASK_WAKE : Before.OTHER;
    }

    private TraceWake begin(CpuTimeline cpu, TraceTask task, TraceEvent e, boolean fork) {
        counts.wakesOfOthers += task.taskClass.belongsToMachine() ? 0 : 1;
        TraceWake wake = task.slotForWaking();
        wake.begin(e.timeNs, cpu.cpu, cpu.depth() > 0);
        wake.fork = fork;
        wake.targetCpu = e.targetCpu;
        listener.waking(cpu, task, wake, e.timeNs);
        return wake;
    }

    Before wakeup(CpuTimeline cpu, TraceEvent e) {
        TraceTask task = task(cpu, e.taskPid, e.taskCommId, e.taskPrio);
        TraceWake wake = task.slotForWakeup();
        if (wake == null) {
            wake = begin(cpu, task, e, false);
        }
        complete(cpu, task, wake, e);
        return cpu.depth() == 0 ? Before.TASK_WAKE : Before.OTHER;
    }

    Before forked(CpuTimeline cpu, TraceEvent e) {
        TraceTask task = tasks.get(e.taskPid);
        if (task != null && task.state == State.DEAD) {
            tasks.remove(e.taskPid);
        }
        task = task(cpu, e.taskPid, e.taskCommId, e.taskPrio);
        complete(cpu, task, begin(cpu, task, e, true), e);
        return cpu.depth() == 0 ? Before.TASK_WAKE : Before.OTHER;
    }

    private void complete(CpuTimeline cpu, TraceTask task, TraceWake wake, TraceEvent e) {
        boolean merged = task.awake();
        wake.wokenNs = e.timeNs;
        wake.wokenOnCpu = cpu.cpu;
        wake.targetCpu = e.targetCpu;
        CpuTimeline target = timeline.cpuOrNull(e.targetCpu);
        wake.targetIdle = target == null || target.idleAt(wake.wakingNs);
        if (merged) {
            wake.pending = false;
        } else {
            task.state = State.RUNNABLE;
        }
        listener.woken(cpu, task, wake, merged, e.timeNs);
    }
}
