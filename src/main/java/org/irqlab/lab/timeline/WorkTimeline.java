package org.irqlab.lab.timeline;

import org.agrona.collections.Long2ObjectHashMap;
import org.irqlab.lab.timeline.ContextFrame.Before;
import org.irqlab.lab.trace.TraceEvent;

/** The part of a {@link TraceTimeline} that follows work items by their address. */
final class WorkTimeline {
    private final ContextEvents listener;
    private final TimelineCounts counts;
    private final Long2ObjectHashMap<TraceWork> works = new Long2ObjectHashMap<>();

    WorkTimeline(ContextEvents listener, TimelineCounts counts) {
        this.listener = listener;
        this.counts = counts;
    }

    private TraceWork work(TraceEvent e) {
        return works.computeIfAbsent(e.object, TraceWork::new);
    }

    Before queued(CpuTimeline cpu, TraceEvent e) {
        TraceWork work = work(e);
        boolean again = work.queuedNs >= 0;
        work.functionId = e.nameId;
        work.workqueueId = e.workqueueId;
        work.chosenCpu = e.chosenCpu;
        work.queuedOnCpu = cpu.cpu;
        listener.workQueued(cpu, work, again, e);
        work.queuedNs = e.timeNs;
        return Before.OTHER;
    }

    Before started(CpuTimeline cpu, TraceEvent e) {
        TraceWork work = work(e);
        if (cpu.depth() > 0) {
            counts.workInSoftirq++;
            work.queuedNs = TraceWake.NONE;
            return Before.OTHER;
        }
        TraceTask worker = cpu.current();
        if (worker.work != null || work.startedNs >= 0) {
            counts.workMismatches++;
        }
        if (e.nameId != 0) {
            work.functionId = e.nameId;
        }
        work.startedNs = e.timeNs;
        work.startedNetNs = worker.netNs(e.timeNs);
        work.sleeps = 0;
        work.sleptNs = 0;
        worker.work = work;
        listener.workStarted(cpu, work, e.timeNs);
        work.queuedNs = TraceWake.NONE;
        return Before.OTHER;
    }

    Before ended(CpuTimeline cpu, TraceEvent e) {
        if (cpu.depth() > 0) {
            return Before.OTHER;
        }
        TraceTask worker = cpu.current();
        TraceWork work = work(e);
        if (worker.work != work) {
            counts.workMismatches++;
            return Before.OTHER;
        }
        listener.workEnded(cpu, worker, e.timeNs);
        work.startedNs = TraceWake.NONE;
        worker.work = null;
        return Before.WORK_END;
    }
}
