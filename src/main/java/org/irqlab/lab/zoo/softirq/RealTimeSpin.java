package org.irqlab.lab.zoo.softirq;

import org.irqlab.kernel.boot.Watchdogs;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.Completion;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.watch.WatchdogTimes;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** B-36: a real-time task that spins for what a lower one of its CPU has to do. */
final class RealTimeSpin implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-36",
                "Real-time task spins until",
                Domain.LOCKS,
                "waits that ended of 1",
                "soft-lockup watchdog",
                "A FIFO task of priority 90 spins in the kernel until a flag is set, and the task"
                    + " that would set it is a lower one of the same CPU. That one never runs, as"
                    + " the spinning one neither sleeps nor is preempted. The fix waits for a"
                    + " completion, asleep, and the CPU is free for the other.");
    }

    /** Soft lockups after 200 ms; nobody sleeps long enough to be hung. */
    private static final WatchdogTimes TIMES = new WatchdogTimes(100_000_000, 60_000_000_000L);

    private static final TaskPolicy URGENT = TaskPolicy.fifo(90);
    private static final long STEP_NS = 20_000;
    private static final long LONG_ENOUGH_MILLIS = 300;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var dogs = Watchdogs.of(m.machine(), TIMES);
        rig.atEnd(dogs::close);
        var flag = new AtomicBoolean();
        var set = new Completion("flag");
        var ended = new AtomicBoolean();
        m.task(
                0,
                "urgent",
                URGENT,
                self -> {
                    if (form.buggy()) {
                        spin(self, flag);
                    } else {
                        set.await(self);
                    }
                    ended.set(flag.get());
                });
        m.task(
                0,
                "lower",
                TaskPolicy.NORMAL,
                self -> {
                    flag.set(true);
                    set.complete(self.cpu());
                });
        m.start();
        KernelLog log = m.machine().smp().log();
        if (form.buggy()) {
            rig.await("the report", () -> !log.reports(ReportKind.SOFT_LOCKUP).isEmpty());
        } else {
            rig.await("the flag", ended::get);
            rig.pause(LONG_ENOUGH_MILLIS);
        }
        List<Report> reports = log.reports(ReportKind.SOFT_LOCKUP);
        return new Observation(
                ended.get() ? 1 : 0,
                reports.size(),
                reports.isEmpty() ? "the CPU got on" : reports.getFirst().what());
    }

    private static void spin(Task self, AtomicBoolean flag) {
        while (!flag.get() && !self.cpu().smp().stopping()) {
            self.cpu().burn(STEP_NS);
        }
    }
}
