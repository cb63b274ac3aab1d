package org.irqlab.lab.replay;

import org.irqlab.lab.timeline.ContextFrame.Before;
import org.irqlab.lab.timeline.CpuTimeline;
import org.irqlab.lab.timeline.SwitchIn;
import org.irqlab.lab.timeline.SwitchIn.Evidence;
import org.irqlab.lab.timeline.TaskClass;
import org.irqlab.lab.timeline.TraceTask;
import org.irqlab.lab.timeline.TraceWork;
import org.irqlab.lab.trace.NameTable;

import java.util.Arrays;
import java.util.Map;

/** The part of a {@link StageAnalysis} that measures work items and their workers. */
final class WorkStages {
    private final StageTable table;
    private final NameTable names;

    // By CPU: the end of the interrupts before an implicit switch-in of a worker, else -1.
    private long[] idleUntil = new long[8];
    private boolean[] recorded = new boolean[8];
    private long queued;
    private long requeued;
    private long executed;
    private long slept;
    private long sleptNs;

    WorkStages(StageTable table, NameTable names) {
        this.table = table;
        this.names = names;
    }

    /** Tells the class of pool by the name of its worker. */
    static WorkerPoolKind pool(String worker) {
        if (worker.startsWith("kworker/u") || worker.startsWith("kworker/R")) {
            return WorkerPoolKind.UNBOUND;
        }
        return worker.endsWith("H") ? WorkerPoolKind.HIGH_PRIORITY : WorkerPoolKind.PER_CPU;
    }

    void queued(boolean again) {
        queued++;
        requeued += again ? 1 : 0;
    }

    void started(CpuTimeline cpu, TraceWork work, long nowNs) {
        executed++;
        grow(cpu.cpu);
        if (work.queuedNs >= 0) {
            String pool = pool(names.name(cpu.current().nameId)).text();
            add(StageNames.queueToStart(pool), cpu, work.queuedNs, nowNs);
            String function = names.name(work.functionId);
            add(StageNames.queueToStart(function), cpu, work.queuedNs, nowNs);
        }
        if (cpu.before() == Before.WORK_END) {
            add(StageNames.WORKER_NEXT, cpu, cpu.beforeNs(), nowNs);
        } else if (cpu.before() == Before.SWITCH && recorded[cpu.cpu]) {
            addTempered(StageNames.WORKER_START, cpu, cpu.beforeNs(), nowNs);
        } else if (cpu.before() == Before.SWITCH && idleUntil[cpu.cpu] >= 0) {
            add(StageNames.IDLE_EXIT_TO_WORK, cpu, idleUntil[cpu.cpu], nowNs);
        }
    }

    void ended(CpuTimeline cpu, TraceTask worker, long nowNs) {
        TraceWork work = worker.work;
        long netNs = worker.netNs(nowNs) - work.startedNetNs;
        slept += work.sleeps > 0 ? 1 : 0;
        sleptNs += work.sleptNs;
        String pool = pool(names.name(worker.nameId)).text();
        table.add(table.stage(StageNames.work(pool)), cpu.cpu, work.startedNs, nowNs, netNs);
        String function = StageNames.work(names.name(work.functionId));
        table.add(table.stage(function), cpu.cpu, work.startedNs, nowNs, netNs);
    }

    void switchedIn(CpuTimeline cpu, SwitchIn how) {
        grow(cpu.cpu);
        recorded[cpu.cpu] = how.evidence == Evidence.RECORDED;
        boolean afterExit =
                how.before == Before.INTERRUPT_EXIT || how.before == Before.SOFTIRQ_EXIT;
        TraceTask task = cpu.current();
        boolean wokenThere =
                task.startedBy != null
                        && task.startedBy.local()
                        && task.startedBy.wakingNs >= how.blockStartNs;
        boolean implicit = how.evidence == Evidence.IMPLICIT_FROM_IDLE;
        idleUntil[cpu.cpu] = implicit && afterExit && wokenThere ? how.beforeNs : -1;
        if (how.evidence == Evidence.RECORDED
                && how.from.taskClass == TaskClass.WORKER
                && how.before == Before.WORK_END) {
            addTempered(StageNames.WORKER_LEAVE, cpu, how.beforeNs, how.timeNs);
        }
    }

    void gap(CpuTimeline cpu) {
        grow(cpu.cpu);
        recorded[cpu.cpu] = false;
        idleUntil[cpu.cpu] = -1;
    }

    private void grow(int cpu) {
        if (cpu >= idleUntil.length) {
            idleUntil = Arrays.copyOf(idleUntil, cpu + 8);
            recorded = Arrays.copyOf(recorded, cpu + 8);
        }
    }

    private void addTempered(String name, CpuTimeline cpu, long fromNs, long toNs) {
        table.addTempered(table.stage(name), cpu.cpu, fromNs, toNs, toNs - fromNs);
    }

    private void add(String name, CpuTimeline cpu, long fromNs, long toNs) {
        table.add(table.stage(name), cpu.cpu, fromNs, toNs);
    }

    void count(Map<String, Long> counts) {
        counts.put("work queued", queued);
        counts.put("work queued again before start", requeued);
        counts.put("work executed", executed);
        counts.put("work executions that slept", slept);
        counts.put("ns slept in work", sleptNs);
    }
}
