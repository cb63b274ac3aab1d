package org.irqlab.lab.zoo.work;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
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
import java.util.concurrent.atomic.AtomicLong;

/** B-13: an item of a per-CPU queue that computes for long. */
final class CpuHog implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-13",
                "CPU hog on a per-CPU queue",
                Domain.WORK,
                "mean delay of another item of that pool, ms",
                "CPU-hog report",
                "An item computes for 120 ms on a per-CPU queue, and what is queued behind it on"
                    + " that CPU waits, whatever queue it is of. A per-CPU pool keeps one worker"
                    + " running as long as that does not sleep, until the tick finds it out as a"
                    + " hog. The fix takes an unbound queue, whose workers the scheduler has share"
                    + " the CPU from the start.");
    }

    private static final long HOG_NS = 20 * TickingMachine.MS;
    private static final long WORK_NS = 120 * TickingMachine.MS;
    private static final long STEP_NS = 100_000;

    /** The kernel reports a function from the fourth time on. */
    private static final int ROUNDS = 4;

    private static final int WORKERS = 4;

    @Override
    public Observation run(Form form, ZooRig rig) {
        var times = TickingMachine.hogAfter(HOG_NS);
        ZooMachine m =
                TickingMachine.make(rig, new WorkerSettings(WORKERS, WorkerSupply.FIXED, times));
        Workqueues works = m.machine().workqueues();
        Workqueue queue =
                works.create(
                        "codec", form.buggy() ? WorkqueueFlags.PER_CPU : WorkqueueFlags.UNBOUND, 0);
        var begun = new AtomicInteger();
        var ended = new AtomicInteger();
        var queuedNs = new AtomicLong();
        var delayNs = new AtomicLong();
        var hog =
                new WorkItem(
                        (cpu, item) -> {
                            begun.incrementAndGet();
                            compute(cpu);
                            ended.incrementAndGet();
                        },
                        1,
                        m.machine().names().id("encode"));
        var other =
                new WorkItem(
                        (cpu, item) -> {
                            delayNs.addAndGet(HostClock.nowNs() - queuedNs.get());
                            ended.incrementAndGet();
                        },
                        2,
                        m.machine().names().id("blink"));
        m.start();
        for (int n = 1; n <= ROUNDS; n++) {
            int round = n;
            m.interrupt(0, cpu -> works.queueWork(cpu, queue, hog));
            rig.await("the hog", () -> begun.get() == round);
            queuedNs.set(HostClock.nowNs());
            m.interrupt(0, cpu -> works.queueWork(cpu, works.system(), other));
            rig.await("both", () -> ended.get() == 2 * round);
        }
        if (form.buggy()) {
            ZooReports.await(rig, m, ReportKind.WORKQUEUE_CPU_HOG);
        }
        return new Observation(
                delayNs.get() / 1e6 / ROUNDS,
                ZooReports.kept(m, ReportKind.WORKQUEUE_CPU_HOG),
                ZooReports.first(m, "no hog", ReportKind.WORKQUEUE_CPU_HOG));
    }

    /** With reschedule points, as decent long code has them: they do not help the pool. */
    private static void compute(KernelCpu first) {
        var self = first.current();
        for (long ns = 0; ns < WORK_NS; ns += STEP_NS) {
            self.cpu().burn(STEP_NS);
            self.cpu().scheduler().reschedulePoint();
        }
    }
}
