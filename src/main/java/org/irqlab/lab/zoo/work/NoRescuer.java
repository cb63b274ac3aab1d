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

/** B-12: memory is to be freed by work that needs memory to run. */
final class NoRescuer implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-12",
                "No rescuer",
                Domain.WORK,
                "items that ended of 3",
                "flush-dependency warning, lockup report",
                "Reclaim waits for work of a queue without WQ_MEM_RECLAIM while no worker can be"
                    + " made, and the memory for one comes only from that work. Such a queue has no"
                    + " rescuer, the one worker that exists beforehand for this case. The fix sets"
                    + " the flag on every queue that reclaim waits for.");
    }

    private static final int ITEMS = 3;
    private static final int WORKERS = 2;
    // Rescuers take tens of milliseconds here: 10 for the first call, 100 for the next one.
    private static final long LOCKUP_MILLIS = 800;
    private static final ReportKind[] REPORTS = {
        ReportKind.WORKQUEUE_FLUSH_DEPENDENCY, ReportKind.WORKQUEUE_LOCKUP
    };

    @Override
    public Observation run(Form form, ZooRig rig) {
        var times = TickingMachine.lockupAfter(LOCKUP_MILLIS * TickingMachine.MS);
        ZooMachine m =
                TickingMachine.make(rig, new WorkerSettings(WORKERS, WorkerSupply.MANAGED, times));
        Workqueues works = m.machine().workqueues();
        Workqueue reclaim = works.create("kswapd", WorkqueueFlags.MEM_RECLAIM, 0);
        Workqueue compress =
                works.create(
                        "zram",
                        form.buggy() ? WorkqueueFlags.PER_CPU : WorkqueueFlags.MEM_RECLAIM,
                        0);
        works.failWorkerCreation(true);
        var freed = new Completion("memory");
        var ended = new AtomicInteger();
        var compressor = new WorkItem((cpu, item) -> ended.incrementAndGet(), 3, 0);
        var reclaimer =
                new WorkItem(
                        (cpu, item) -> {
                            var self = cpu.current();
                            works.queueWork(cpu, compress, compressor);
                            works.flush(self, compressor);
                            freed.completeAll(self.cpu());
                            ended.incrementAndGet();
                        },
                        2,
                        0);
        var writer =
                new WorkItem(
                        (cpu, item) -> {
                            freed.await(cpu.current());
                            ended.incrementAndGet();
                        },
                        1,
                        0);
        m.start();
        m.interrupt(
                0,
                cpu -> {
                    works.queueWork(cpu, works.system(), writer);
                    works.queueWork(cpu, reclaim, reclaimer);
                });
        if (form.buggy()) {
            ZooReports.await(rig, m, REPORTS);
        } else {
            rig.await("the items", () -> ended.get() == ITEMS);
        }
        return new Observation(
                ended.get(), ZooReports.kept(m, REPORTS), ZooReports.first(m, "rescued", REPORTS));
    }
}
