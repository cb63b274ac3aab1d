package org.irqlab.lab.zoo.lock;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.locking.Mutex;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskPolicy;
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

/** B-22: a top half that takes a mutex. */
final class SleepInAtomic implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-22",
                "Sleep in atomic context",
                Domain.LOCKS,
                "time in the top half, us",
                "sleeping-function check",
                "A top half takes a mutex that a task owns, and would have to sleep for it. An"
                    + " interrupt has no task of its own that could sleep, so that its CPU waits"
                    + " busily with interrupts off for as long as the owner likes. The fix takes"
                    + " the mutex in the handler's thread.");
    }

    private static final long HOLD_NS = 20_000_000;
    private static final long STEP_NS = 2_000;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(2);
        var config = new Mutex(new Lockdep(), "nic config");
        MsixTable nic = m.plugIn(1);
        IrqDescriptor line = m.line(nic, 0, 0);
        var owned = new AtomicInteger();
        var entered = new AtomicInteger();
        var topNs = new AtomicLong();
        var served = new AtomicInteger();
        m.irqs()
                .requestThreaded(
                        line,
                        "nic",
                        0,
                        cpu -> {
                            long beganNs = HostClock.nowNs();
                            entered.set(1);
                            if (form.buggy()) {
                                serve(config, cpu);
                                served.set(1);
                            }
                            topNs.set(HostClock.nowNs() - beganNs);
                            return form.buggy() ? IrqReturn.HANDLED : IrqReturn.WAKE_THREAD;
                        },
                        cpu -> {
                            serve(config, cpu);
                            served.set(1);
                            return IrqReturn.HANDLED;
                        },
                        m.cpu(0),
                        m.machine().newPid());
        m.task(
                1,
                "ethtool",
                TaskPolicy.NORMAL,
                self -> {
                    config.lock(self);
                    owned.set(1);
                    while (entered.get() == 0) {
                        self.cpu().burn(STEP_NS);
                    }
                    self.cpu().burn(HOLD_NS);
                    config.unlock(self);
                });
        m.start();
        rig.await("the mutex", () -> owned.get() == 1);
        nic.fire(0);
        rig.await("the service", () -> served.get() == 1 && topNs.get() > 0);
        return new Observation(
                topNs.get() / 1e3,
                ZooReports.kept(m, ReportKind.SLEEP_IN_ATOMIC),
                ZooReports.first(m, "slept in task context", ReportKind.SLEEP_IN_ATOMIC));
    }

    private static void serve(Mutex config, KernelCpu cpu) {
        var self = cpu.current();
        config.lock(self);
        config.unlock(self);
    }
}
