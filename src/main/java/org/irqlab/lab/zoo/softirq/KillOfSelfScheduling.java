package org.irqlab.lab.zoo.softirq;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqSettings;
import org.irqlab.kernel.softirq.Tasklet;
import org.irqlab.kernel.softirq.Tasklets;
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
import java.util.concurrent.atomic.AtomicReference;

/** B-09: a kill that waits for a tasklet that schedules itself. */
final class KillOfSelfScheduling implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-09",
                "Tasklet that schedules itself, killed",
                Domain.SOFTIRQS,
                "kills that came to an end of 1",
                "stuck-kill report",
                "A tasklet that polls its device schedules itself at the end of each run, and the"
                        + " driver's removal waits for a moment at which it is not scheduled. A run"
                        + " clears that state before it calls the function, which sets it again, so"
                        + " that the moment never comes. The fix tells the function first that the"
                        + " driver goes, and it no longer schedules itself.");
    }

    private static final long TICK_NS = 4_000_000;
    private static final long REPORT_NS = 200_000_000;
    private static final long GIVE_UP_NS = 2 * REPORT_NS;

    /** The driver: its tasklet, and how it goes. */
    private static final class Driver {
        final AtomicBoolean goes = new AtomicBoolean();
        final AtomicReference<Boolean> killed = new AtomicReference<>();
        private final Tasklets tasklets;
        private final Tasklet tasklet = new Tasklet(this::poll, 9, 0);

        Driver(Tasklets tasklets) {
            this.tasklets = tasklets;
        }

        void poll(KernelCpu cpu) {
            if (!goes.get()) {
                tasklets.schedule(tasklet);
            }
        }
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        var softirqs = SoftirqSettings.linux618().withKillReportNs(REPORT_NS);
        ZooMachine m = rig.machine(Platform.X86, ZooRig.spec(1).withSoftirqs(softirqs));
        var driver = new Driver(m.machine().tasklets(0));
        // Nobody else would take the CPU from a ksoftirqd that spins.
        m.machine().timer(0).armPeriodic(HostClock.nowNs() + TICK_NS, TICK_NS);
        m.task(
                0,
                "rmmod",
                TaskPolicy.NORMAL,
                self -> {
                    driver.tasklets.schedule(driver.tasklet);
                    driver.goes.set(!form.buggy());
                    var control = m.machine().taskletControl();
                    driver.killed.set(control.killWithin(driver.tasklet, GIVE_UP_NS, self.cpu()));
                });
        m.start();
        rig.await("the kill, or that it gives up", () -> driver.killed.get() != null);
        driver.goes.set(true);
        KernelLog log = m.machine().smp().log();
        List<Report> stuck = log.reports(ReportKind.TASKLET_KILL_STUCK);
        return new Observation(
                driver.killed.get() ? 1 : 0,
                stuck.size(),
                stuck.isEmpty() ? "killed" : stuck.getFirst().details().toString());
    }
}
