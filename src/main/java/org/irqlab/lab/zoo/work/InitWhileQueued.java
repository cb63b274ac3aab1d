package org.irqlab.lab.zoo.work;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.workqueue.WorkItem;
import org.irqlab.kernel.workqueue.Workqueues;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooReports;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-39: INIT_WORK on an item that is queued. */
final class InitWhileQueued implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-39",
                "Work initialised again while queued",
                Domain.WORK,
                "items that ran of 1 queued",
                "object state",
                "A driver initialises its work item at every open, and one time the item is still"
                    + " queued from before; Linux without object debugging corrupts the pool's list"
                    + " then. The item is part of that list, and belongs to the pool until it has"
                    + " run. The fix initialises once, or flushes first.");
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        Workqueues works = m.machine().workqueues();
        var ran = new AtomicInteger();
        var after = new AtomicInteger();
        var item = new WorkItem((cpu, self) -> ran.incrementAndGet(), 1, 0);
        var last = new WorkItem((cpu, self) -> after.incrementAndGet(), 2, 0);
        m.task(
                0,
                "open",
                TaskPolicy.NORMAL,
                self -> {
                    // The worker gets the CPU when this task sleeps, not before.
                    works.queueWork(self.cpu(), works.system(), item);
                    if (!form.buggy()) {
                        works.flush(self, item);
                    }
                    works.initialise(self, item);
                    works.queueWork(self.cpu(), works.system(), last);
                });
        m.start();
        rig.await("an item behind it", () -> after.get() == 1);
        return new Observation(
                ran.get(),
                ZooReports.kept(m, ReportKind.OBJECT_STATE),
                ZooReports.first(m, "the item was free", ReportKind.OBJECT_STATE));
    }
}
