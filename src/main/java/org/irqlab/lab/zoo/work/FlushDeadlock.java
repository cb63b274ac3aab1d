package org.irqlab.lab.zoo.work;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.locking.Mutex;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.workqueue.WorkItem;
import org.irqlab.kernel.workqueue.Workqueues;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooReports;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-11: work that flushes itself, and a flush under a lock that the work takes. */
final class FlushDeadlock implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-11",
                "Flush from the own work",
                Domain.WORK,
                "waits that ended of 2",
                "lock checker and flush rule",
                "An item flushes itself, and a task flushes an item with a mutex held that the item"
                    + " takes; neither wait ends. To wait for work is to wait for all that the work"
                    + " waits for, which the checker treats like a lock. The fix flushes from"
                    + " outside, and gives the mutex back first.");
    }

    private static final int WAITS = 2;
    private static final int WORKERS = 4;
    private static final ReportKind[] REPORTS = {
        ReportKind.CIRCULAR_LOCKING, ReportKind.WORKQUEUE_FLUSH_DEPENDENCY
    };

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.machine(Platform.X86, ZooRig.spec(1).withWorkersPerPool(WORKERS));
        Workqueues works = m.machine().workqueues();
        var names = m.machine().names();
        var lockdep = new Lockdep();
        works.control().checkLocks(lockdep, names::name);
        var config = new Mutex(lockdep, "nic config");
        var ended = new AtomicInteger();
        var reset =
                new WorkItem(
                        (cpu, item) -> {
                            var self = cpu.current();
                            config.lock(self);
                            config.unlock(self);
                        },
                        1,
                        names.id("nic_reset"));
        var stop =
                new WorkItem(
                        (cpu, item) -> {
                            if (form.buggy()) {
                                works.flush(cpu.current(), item);
                                ended.incrementAndGet();
                            }
                        },
                        2,
                        names.id("nic_stop"));
        m.task(
                0,
                "ifdown",
                TaskPolicy.NORMAL,
                self -> {
                    works.queueWork(self.cpu(), works.system(), stop);
                    if (!form.buggy()) {
                        works.flush(self, stop);
                        ended.incrementAndGet();
                    }
                    config.lock(self);
                    works.queueWork(self.cpu(), works.system(), reset);
                    if (!form.buggy()) {
                        config.unlock(self);
                    }
                    works.flush(self, reset);
                    ended.incrementAndGet();
                });
        m.start();
        if (form.buggy()) {
            ZooReports.await(rig, m, REPORTS);
        } else {
            rig.await("both waits", () -> ended.get() == WAITS);
        }
        return new Observation(
                ended.get(),
                ZooReports.kept(m, REPORTS),
                ZooReports.first(m, "all waits may end", REPORTS));
    }
}
