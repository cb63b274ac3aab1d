package org.irqlab.lab.replay;

import org.irqlab.lab.replay.StageNames.WakeTarget;
import org.irqlab.lab.replay.StageTable.Stage;
import org.irqlab.lab.timeline.ContextFrame.Before;
import org.irqlab.lab.timeline.CpuTimeline;
import org.irqlab.lab.timeline.SwitchIn;
import org.irqlab.lab.timeline.SwitchIn.Evidence;
import org.irqlab.lab.timeline.TaskClass;
import org.irqlab.lab.timeline.TraceTask;
import org.irqlab.lab.timeline.TraceWake;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** The part of a {@link StageAnalysis} that measures wakes, switches and quanta. */
final class TaskStages {
    private static final int CLASSES = TaskClass.values().length;
    private static final int TARGETS = WakeTarget.values().length;

    private final StageTable table;
    private final Stage[] wakingToIn = new Stage[2 * TARGETS * CLASSES];
    private final Stage[] wakingToFirst = new Stage[2 * CLASSES];
    private final Stage[] quanta = new Stage[2 * CLASSES];
    private final List<TraceTask> idleTasks = new ArrayList<>();

    // By task number: net clock and time at the start of the quantum.
    private long[] startedNet = new long[64];
    private long[] startedNs = new long[64];
    private boolean[] implicit = new boolean[64];

    private long wakes;
    private long wakesMerged;
    private long switches;
    private long quantaEnded;
    private long quantaWithoutWake;

    TaskStages(StageTable table) {
        this.table = table;
    }

    void woken(CpuTimeline cpu, TraceTask task, TraceWake wake, boolean merged, long nowNs) {
        if (!task.taskClass.belongsToMachine()) {
            wakes++;
            wakesMerged += merged ? 1 : 0;
        }
        if (merged || wake.fork || wake.wakingNs == nowNs && wake.wokenOnCpu != wake.wakerCpu) {
            return;
        }
        String name =
                wake.local()
                        ? StageNames.WAKE_LOCAL
                        : wake.targetIdle
                                ? StageNames.WAKE_REMOTE_IDLE
                                : StageNames.WAKE_REMOTE_BUSY;
        table.add(table.stage(name), cpu.cpu, wake.wakingNs, nowNs);
        if (wake.local()) {
            String state =
                    wake.targetIdle ? StageNames.WAKE_LOCAL_IDLE : StageNames.WAKE_LOCAL_BUSY;
            long sinceNs = wake.wakingNs - task.offSinceNs();
            table.addForTask(table.stage(state), cpu.cpu, wake.wakingNs, nowNs, sinceNs);
        }
    }

    void switchedIn(CpuTimeline cpu, SwitchIn how, boolean starts) {
        TraceTask task = cpu.current();
        switches += how.evidence == Evidence.AT_START ? 0 : 1;
        remember(task, how, starts);
        if (task.taskClass == TaskClass.IDLE) {
            if (!idleTasks.contains(task)) {
                idleTasks.add(task);
            }
            return;
        }
        if (!starts) {
            return;
        }
        TraceWake wake = task.startedBy;
        if (wake == null) {
            quantaWithoutWake += task.taskClass.belongsToMachine() ? 0 : 1;
        } else if (how.evidence == Evidence.RECORDED) {
            afterWake(cpu, how, task, wake);
        } else if (how.evidence == Evidence.IMPLICIT_FROM_IDLE) {
            int index = task.taskClass.ordinal() * 2 + (wake.local() ? 1 : 0);
            boolean local = wake.local();
            TaskClass kind = task.taskClass;
            table.add(
                    table.stage(
                            wakingToFirst, index, () -> StageNames.wakingToFirstEvent(local, kind)),
                    cpu.cpu,
                    wake.wakingNs,
                    how.timeNs);
        }
    }

    private void remember(TraceTask task, SwitchIn how, boolean starts) {
        if (task.id >= startedNet.length) {
            int length = Math.max(task.id + 1, 2 * startedNet.length);
            startedNet = Arrays.copyOf(startedNet, length);
            startedNs = Arrays.copyOf(startedNs, length);
            implicit = Arrays.copyOf(implicit, length);
        }
        if (starts) {
            startedNet[task.id] = task.netNs(how.timeNs);
            startedNs[task.id] = how.timeNs;
            implicit[task.id] = how.evidence != Evidence.RECORDED;
        }
    }

    private void afterWake(CpuTimeline cpu, SwitchIn how, TraceTask task, TraceWake wake) {
        WakeTarget target;
        if (cpu.cpu != wake.targetCpu) {
            target = WakeTarget.MIGRATED;
        } else if (wake.targetIdle && how.fromIdle()) {
            target = WakeTarget.IDLE;
        } else {
            target = how.preempted ? WakeTarget.PREEMPTED : WakeTarget.AWAITED;
        }
        boolean local = wake.local();
        TaskClass kind = task.taskClass;
        int index = (kind.ordinal() * TARGETS + target.ordinal()) * 2 + (local ? 1 : 0);
        Stage stage =
                table.stage(wakingToIn, index, () -> StageNames.wakingToIn(local, target, kind));
        table.add(stage, cpu.cpu, wake.wakingNs, how.timeNs);
        if (local) {
            afterLocalWake(cpu, how, wake, target);
        } else if (wake.wokenNs >= 0 && target == WakeTarget.IDLE) {
            add(StageNames.REMOTE_IDLE_SWITCH, cpu, wake.wokenNs, how.timeNs);
        } else if (wake.wokenNs >= 0 && target == WakeTarget.PREEMPTED) {
            add(StageNames.REMOTE_BUSY_SWITCH, cpu, wake.wokenNs, how.timeNs);
        }
    }

    private void afterLocalWake(CpuTimeline cpu, SwitchIn how, TraceWake wake, WakeTarget target) {
        boolean afterExit =
                how.before == Before.INTERRUPT_EXIT || how.before == Before.SOFTIRQ_EXIT;
        boolean wokenThere = wake.fromInterrupt && wake.wakingNs >= how.blockStartNs;
        if (afterExit && wokenThere && target == WakeTarget.IDLE) {
            add(StageNames.IDLE_EXIT, cpu, how.beforeNs, how.timeNs);
        } else if (afterExit && wokenThere && target == WakeTarget.PREEMPTED) {
            preempting(StageNames.PREEMPT_AFTER_IRQ, cpu, how);
        } else if (how.before == Before.TASK_WAKE
                && !wake.fromInterrupt
                && target == WakeTarget.PREEMPTED) {
            preempting(StageNames.PREEMPT_AFTER_WAKE, cpu, how);
        }
    }

    private void preempting(String name, CpuTimeline cpu, SwitchIn how) {
        long sinceNs = how.beforeNs - cpu.current().offSinceNs();
        table.addForTask(table.stage(name), cpu.cpu, how.beforeNs, how.timeNs, sinceNs);
    }

    private void add(String name, CpuTimeline cpu, long fromNs, long toNs) {
        table.add(table.stage(name), cpu.cpu, fromNs, toNs);
    }

    void switchedOut(CpuTimeline cpu, TraceTask task, boolean sleeps, long nowNs) {
        if (!sleeps || task.taskClass.belongsToMachine()) {
            return;
        }
        quantaEnded++;
        TaskClass kind = task.taskClass;
        boolean known = !implicit[task.id];
        table.add(
                table.stage(
                        quanta,
                        kind.ordinal() * 2 + (known ? 1 : 0),
                        () ->
                                known
                                        ? StageNames.quantum(kind)
                                        : StageNames.quantumFromFirstEvent(kind)),
                cpu.cpu,
                startedNs[task.id],
                nowNs,
                task.netNs(nowNs) - startedNet[task.id]);
    }

    double idleShare(int cpu, long lastNs) {
        for (TraceTask idle : idleTasks) {
            if (idle.cpu() == cpu) {
                return lastNs == 0 ? 0 : (double) idle.netNs(lastNs) / lastNs;
            }
        }
        return Double.NaN;
    }

    void count(Map<String, Long> counts) {
        counts.put("wakes of tasks", wakes);
        counts.put("wakes of tasks merged", wakesMerged);
        counts.put("task switches", switches);
        counts.put("quanta", quantaEnded);
        counts.put("quanta without wake", quantaWithoutWake);
    }
}
