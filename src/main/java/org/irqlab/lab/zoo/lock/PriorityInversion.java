package org.irqlab.lab.zoo.lock;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.locking.PriorityInheritance;
import org.irqlab.kernel.locking.RtMutex;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.watch.InversionWatch;
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

/** B-25: an urgent task waits for one that a medium one keeps from its CPU. */
final class PriorityInversion implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-25",
                "Priority inversion",
                Domain.LOCKS,
                "latency of the urgent task, ms",
                "inversion watch",
                "A task of low priority owns the lock that an urgent one waits for, and one of"
                    + " medium priority, which has nothing to do with the lock, has the CPU. So the"
                    + " urgent task waits as long as the medium one likes. The fix is a lock that"
                    + " lends the waiter's priority to its owner, which bounds the wait by the"
                    + " critical section.");
    }

    private static final TaskPolicy MEDIUM = TaskPolicy.fifo(20);
    private static final long CRITICAL_NS = 5_000_000;
    private static final long STEP_NS = 10_000;
    private static final long LOOK_NS = 2_000_000;
    private static final int LOOKS = 50;

    /** After which a watch that says nothing has nothing to say. */
    private static final long LONG_ENOUGH_MILLIS = 200;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var inheritance = new PriorityInheritance(!form.buggy());
        var lock = new RtMutex(inheritance, new Lockdep(), "bus");
        var watch = new InversionWatch(m.cpu(0), inheritance, LOOK_NS, LOOKS);
        m.cpu(0).hw().addDevice(watch);
        var owned = new AtomicInteger();
        var go = new AtomicInteger();
        var enough = new AtomicInteger();
        var latencyNs = new AtomicLong();
        m.task(
                0,
                "low",
                TaskPolicy.NORMAL,
                self -> {
                    lock.lock(self);
                    owned.set(1);
                    burnUntil(self, go);
                    for (long ns = 0; ns < CRITICAL_NS; ns += STEP_NS) {
                        step(self);
                    }
                    lock.unlock(self);
                });
        Task medium = m.sleeper(0, "medium", MEDIUM, self -> burnUntil(self, enough));
        Task urgent =
                m.sleeper(
                        0,
                        "urgent",
                        TaskPolicy.FIFO_50,
                        self -> {
                            long beganNs = HostClock.nowNs();
                            lock.lock(self);
                            latencyNs.set(HostClock.nowNs() - beganNs);
                            lock.unlock(self);
                        });
        m.start();
        rig.await("the lock", () -> owned.get() == 1);
        m.interrupt(0, cpu -> cpu.scheduler().wake(urgent));
        rig.await("the wait", urgent::asleep);
        m.interrupt(0, cpu -> cpu.scheduler().wake(medium));
        go.set(1);
        if (form.buggy()) {
            ZooReports.await(rig, m, ReportKind.PRIORITY_INVERSION);
        } else {
            rig.pause(LONG_ENOUGH_MILLIS);
        }
        enough.set(1);
        rig.await("the urgent task", () -> latencyNs.get() > 0);
        return new Observation(
                latencyNs.get() / 1e6,
                watch.inversions(),
                ZooReports.first(m, "the owner ran", ReportKind.PRIORITY_INVERSION));
    }

    private static void burnUntil(Task self, AtomicInteger end) {
        while (end.get() == 0) {
            step(self);
        }
    }

    private static void step(Task self) {
        self.cpu().burn(STEP_NS);
        self.cpu().scheduler().reschedulePoint();
    }
}
