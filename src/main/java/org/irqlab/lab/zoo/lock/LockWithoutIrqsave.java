package org.irqlab.lab.zoo.lock;

import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.locking.SpinLock;
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

/** B-23: a task takes a lock that a handler takes, and leaves interrupts on. */
final class LockWithoutIrqsave implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-23",
                "Lock without irqsave",
                Domain.LOCKS,
                "handlers that returned of 1",
                "lock checker, spin recursion",
                "A task holds a spin lock with interrupts on when the device interrupts, and the"
                    + " handler spins for the same lock on the same CPU. The task cannot go on"
                    + " before the handler returns, and the handler does not return before the task"
                    + " goes on. The fix takes the lock with interrupts off, and the interrupt"
                    + " comes after the unlock.");
    }

    private static final long STEP_NS = 2_000;
    private static final ReportKind[] REPORTS = {
        ReportKind.INCONSISTENT_LOCK_STATE, ReportKind.SPIN_RECURSION
    };

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var stats = new SpinLock(new Lockdep(), "nic stats");
        MsixTable nic = m.plugIn(1);
        var held = new AtomicInteger();
        var fired = new AtomicInteger();
        var returned = new AtomicInteger();
        m.irqs()
                .request(
                        m.line(nic, 0, 0),
                        "nic",
                        0,
                        cpu -> {
                            stats.lock(cpu);
                            stats.unlock(cpu);
                            returned.incrementAndGet();
                            return IrqReturn.HANDLED;
                        });
        m.task(
                0,
                "ethtool",
                TaskPolicy.NORMAL,
                self -> {
                    KernelCpu cpu = self.cpu();
                    boolean irqs = TakenAs.lock(form, stats, cpu);
                    held.set(1);
                    while (fired.get() == 0) {
                        cpu.burn(STEP_NS);
                    }
                    cpu.burn(STEP_NS);
                    TakenAs.unlock(form, stats, cpu, irqs);
                });
        m.start();
        rig.await("the lock", () -> held.get() == 1);
        nic.fire(0);
        fired.set(1);
        if (form.buggy()) {
            ZooReports.await(rig, m, REPORTS);
        } else {
            rig.await("the handler", () -> returned.get() == 1);
        }
        return new Observation(
                returned.get(),
                ZooReports.kept(m, REPORTS),
                ZooReports.first(m, "the lock is safe", REPORTS));
    }
}
