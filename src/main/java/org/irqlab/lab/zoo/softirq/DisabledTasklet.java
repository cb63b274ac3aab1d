package org.irqlab.lab.zoo.softirq;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.softirq.Tasklet;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-08: a tasklet that is scheduled and stays disabled. */
final class DisabledTasklet implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-08",
                "Disabled tasklet scheduled",
                Domain.SOFTIRQS,
                "vain looks at the tasklet",
                "disabled-tasklet report",
                "A driver disables its tasklet around a reset, forgets to enable it on the error"
                    + " path, and the next interrupt schedules it. What is disabled stays on the"
                    + " list and is looked at in every pass, so that ksoftirqd never sleeps and"
                    + " nothing gets done. The fix enables it on every way out.");
    }

    private static final long TICK_NS = 4_000_000;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var tasklets = m.machine().tasklets(0);
        var ran = new AtomicInteger();
        var tasklet = new Tasklet(cpu -> ran.incrementAndGet(), 8, 0);
        MsixTable card = m.plugIn(1);
        m.irqs()
                .request(
                        m.line(card, 0, 0),
                        "disk",
                        0,
                        cpu -> {
                            tasklets.schedule(tasklet);
                            return IrqReturn.HANDLED;
                        });
        m.machine().timer(0).armPeriodic(HostClock.nowNs() + TICK_NS, TICK_NS);
        m.start();
        KernelLog log = m.machine().smp().log();
        m.interrupt(0, cpu -> reset(form, tasklet));
        card.fire(0);
        if (form.buggy()) {
            rig.await("the report", () -> !log.reports(ReportKind.TASKLET_DISABLED_SPIN).isEmpty());
        } else {
            rig.await("the run", () -> ran.get() > 0);
            m.settle();
        }
        int reports = log.reports(ReportKind.TASKLET_DISABLED_SPIN).size();
        return new Observation(
                tasklets.disabledSpins(),
                reports,
                "the tasklet ran %d times for one interrupt".formatted(ran.get()));
    }

    /** The reset fails. */
    private static void reset(Form form, Tasklet tasklet) {
        tasklet.disableNoSync();
        if (!form.buggy()) {
            tasklet.enable();
        }
    }
}
