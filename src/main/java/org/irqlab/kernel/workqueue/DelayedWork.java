package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.time.KernelTimer;

/**
 * A work item that can be queued after a time; meanwhile it is pending.
 *
 * <p><b>Threads.</b> Target by the owner of the item's PENDING.
 *
 * @see "Linux include/linux/workqueue.h, struct delayed_work"
 */
public final class DelayedWork {
    private final WorkItem item;
    private Workqueues works;
    private Workqueue queue;
    private int wantedCpu;

    /** Makes one that is not queued; parameters as in {@link WorkItem}. */
    public DelayedWork(WorkFunction function, int number, int nameId) {
        item = WorkItem.delayed(function, number, nameId, new KernelTimer(this::insert));
    }

    /** The item itself, to flush, cancel or disable it: its timer is part of it. */
    public WorkItem item() {
        return item;
    }

    void setTarget(Workqueues works, Workqueue queue, int wantedCpu) {
        this.works = works;
        this.queue = queue;
        this.wantedCpu = wantedCpu;
    }

    /** Puts the item into its queue. Interrupts off. */
    void insert(KernelCpu cpu) {
        works.insert(cpu, wantedCpu, queue, item);
    }
}
