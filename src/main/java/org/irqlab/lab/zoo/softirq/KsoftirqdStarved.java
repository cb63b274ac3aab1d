package org.irqlab.lab.zoo.softirq;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqPolicy;
import org.irqlab.kernel.softirq.SoftirqSettings;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.watch.SoftirqWatch;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** B-35: a real-time task that keeps ksoftirqd from running. */
final class KsoftirqdStarved implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-35",
                "ksoftirqd starved",
                Domain.SOFTIRQS,
                "longest wait of a softirq, ms",
                "softirq watch",
                "A real-time task computes without a pause on a CPU whose softirqs are left to"
                    + " ksoftirqd, as forced interrupt threads have it, and they wait until it is"
                    + " done. The daemon is an ordinary task, and any real-time task comes before"
                    + " it. The fix computes at an ordinary priority, where the daemon gets its"
                    + " share; a higher one for the daemon would do as well.");
    }

    private static final long TICK_NS = 4_000_000;
    private static final long STEP_NS = 50_000;
    private static final long LOOK_NS = 10_000_000;
    private static final int LOOKS = 30;
    private static final int RUNS = 1_000;
    private static final int ROUNDS = 20;
    private static final double NS_PER_MS = 1e6;

    @Override
    public Observation run(Form form, ZooRig rig) {
        var policy = SoftirqSettings.linux618().withPolicy(SoftirqPolicy.NOT_AT_INTERRUPT_EXIT);
        ZooMachine m = rig.machine(Platform.X86, ZooRig.spec(1).withSoftirqs(policy));
        var softirqs = m.machine().softirqs(0);
        var watch = new SoftirqWatch(m.cpu(0), softirqs, LOOK_NS, LOOKS, RUNS);
        m.cpu(0).hw().addDevice(watch);
        var served = new AtomicInteger();
        m.machine().setSoftirqAction(SoftirqVector.NET_RX, cpu -> served.incrementAndGet());
        m.machine().timer(0).armPeriodic(HostClock.nowNs() + TICK_NS, TICK_NS);
        var done = new AtomicBoolean();
        rig.atEnd(() -> done.set(true));
        TaskPolicy urgency = form.buggy() ? TaskPolicy.FIFO_50 : TaskPolicy.NORMAL;
        m.task(0, "control", urgency, self -> compute(self, done));
        m.start();
        KernelLog log = m.machine().smp().log();
        for (int n = 1; n <= ROUNDS; n++) {
            int round = n;
            m.interrupt(0, cpu -> softirqs.raiseIrqsOff(SoftirqVector.NET_RX));
            if (form.buggy()) {
                rig.await("the report", () -> !log.reports(ReportKind.SOFTIRQ_UNSERVED).isEmpty());
                done.set(true);
            }
            rig.await("NET_RX", () -> served.get() == round);
        }
        List<Report> reports = log.reports(ReportKind.SOFTIRQ_UNSERVED);
        return new Observation(
                softirqs.ages().of(SoftirqVector.NET_RX).maxNs() / NS_PER_MS,
                reports.size(),
                reports.isEmpty() ? "all served" : reports.getFirst().details().toString());
    }

    private static void compute(Task self, AtomicBoolean done) {
        while (!done.get() && !self.cpu().smp().stopping()) {
            self.cpu().burn(STEP_NS);
            // As a task in user mode would: whoever is more urgent gets the CPU.
            self.cpu().scheduler().reschedulePoint();
        }
    }
}
