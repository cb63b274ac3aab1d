package org.irqlab.lab.zoo.work;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.Completion;
import org.irqlab.kernel.workqueue.WorkItem;
import org.irqlab.kernel.workqueue.Workqueue;
import org.irqlab.kernel.workqueue.Workqueues;
import org.irqlab.kernel.workqueue.setup.WorkerSettings;
import org.irqlab.kernel.workqueue.setup.WorkerSupply;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooReports;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-10: as many items as may be active wait for one more of the same queue. */
final class MaxActiveStarvation implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-10",
                "Workqueue starved by max_active",
                Domain.WORK,
                "items that ended of 3",
                "workqueue lockup report",
                "Two items wait for what a third one does, and the queue lets two be active at a"
                    + " time, so that the third never starts. The limit counts items that have"
                    + " begun, and one that sleeps is still one of them. The fix gives what others"
                    + " wait for a queue of its own.");
    }

    private static final int MAX_ACTIVE = 2;
    private static final int ITEMS = MAX_ACTIVE + 1;
    private static final long LOCKUP_MILLIS = 150;

    @Override
    public Observation run(Form form, ZooRig rig) {
        var times = TickingMachine.lockupAfter(LOCKUP_MILLIS * TickingMachine.MS);
        ZooMachine m =
                TickingMachine.make(rig, new WorkerSettings(ITEMS + 1, WorkerSupply.FIXED, times));
        Workqueues works = m.machine().workqueues();
        Workqueue queue = works.create("driver", WorkqueueFlags.PER_CPU, MAX_ACTIVE);
        Workqueue other = works.create("firmware", WorkqueueFlags.PER_CPU, MAX_ACTIVE);
        var loaded = new Completion("firmware");
        var ended = new AtomicInteger();
        m.start();
        m.interrupt(
                0,
                cpu -> {
                    for (int n = 0; n < MAX_ACTIVE; n++) {
                        works.queueWork(cpu, queue, waiter(n, loaded, ended));
                    }
                    var loader =
                            new WorkItem(
                                    (here, item) -> {
                                        loaded.completeAll(here);
                                        ended.incrementAndGet();
                                    },
                                    MAX_ACTIVE,
                                    0);
                    works.queueWork(cpu, form.buggy() ? queue : other, loader);
                });
        if (form.buggy()) {
            ZooReports.await(rig, m, ReportKind.WORKQUEUE_LOCKUP);
        } else {
            rig.await("the items", () -> ended.get() == ITEMS);
            rig.pause(2 * LOCKUP_MILLIS);
        }
        return new Observation(
                ended.get(),
                ZooReports.kept(m, ReportKind.WORKQUEUE_LOCKUP),
                ZooReports.first(m, "no queue is stuck", ReportKind.WORKQUEUE_LOCKUP));
    }

    private static WorkItem waiter(int number, Completion loaded, AtomicInteger ended) {
        return new WorkItem(
                (cpu, item) -> {
                    loaded.await(cpu.current());
                    ended.incrementAndGet();
                },
                number,
                0);
    }
}
