package org.irqlab.lab.replay;

import org.irqlab.lab.replay.ReplayPlan.WorkSpec;
import org.irqlab.lab.timeline.TraceWork;
import org.irqlab.lab.trace.NameTable;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The work items of a plan while they are collected: one for each address, function and workqueue,
 * since the memory of an item may be used again for another.
 *
 * <p><b>Threads.</b> One.
 */
final class PlanWorks {
    private record Key(long object, int function, int workqueue) {}

    private static final class Entry {
        private final int function;
        private final int workqueue;
        private WorkerPoolKind pool;
        private boolean unbound;

        private Entry(int function, int workqueue) {
            this.function = function;
            this.workqueue = workqueue;
        }
    }

    private final NameTable names;
    private final List<Entry> entries = new ArrayList<>();
    private final Map<Key, Integer> ids = new LinkedHashMap<>();

    PlanWorks(NameTable names) {
        this.names = names;
    }

    /** Returns the number of a work item. */
    int id(TraceWork work) {
        var key = new Key(work.object, work.functionId, work.workqueueId);
        Integer known = ids.get(key);
        if (known != null) {
            return known;
        }
        ids.put(key, entries.size());
        entries.add(new Entry(work.functionId, work.workqueueId));
        return entries.size() - 1;
    }

    /** The item was queued, with no CPU chosen: on an unbound pool. */
    void queuedUnbound(int id) {
        entries.get(id).unbound = true;
    }

    /** The item was executed by a worker of this name. */
    void executedBy(int id, String worker) {
        entries.get(id).pool = WorkStages.pool(worker);
    }

    String function(int id) {
        return names.name(entries.get(id).function);
    }

    /**
     * Returns the work items of the plan. Of an item that was never executed the priority is that
     * of its workqueue, if another item of it was.
     */
    List<WorkSpec> works() {
        var poolOfQueue = new LinkedHashMap<Integer, WorkerPoolKind>();
        for (Entry entry : entries) {
            if (entry.pool != null) {
                poolOfQueue.put(entry.workqueue, entry.pool);
            }
        }
        var works = new ArrayList<WorkSpec>();
        for (Entry entry : entries) {
            WorkerPoolKind pool =
                    entry.pool != null ? entry.pool : poolOfQueue.get(entry.workqueue);
            works.add(
                    new WorkSpec(
                            works.size(),
                            names.name(entry.function),
                            names.name(entry.workqueue),
                            pool == WorkerPoolKind.HIGH_PRIORITY,
                            pool == WorkerPoolKind.UNBOUND || entry.unbound));
        }
        return works;
    }
}
