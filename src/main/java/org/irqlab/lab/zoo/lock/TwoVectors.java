package org.irqlab.lab.zoo.lock;

import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.locking.Lockdep;
import org.irqlab.kernel.locking.SpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooReports;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-24: two vectors of a device share a lock, and one handler leaves interrupts on. */
final class TwoVectors implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-24",
                "Two vectors, one lock, interrupts on",
                Domain.LOCKS,
                "interrupts served of 4",
                "lock checker",
                "A device has two vectors, and the handlers of both take its lock; one runs in a"
                    + " thread, with interrupts on. With a single vector no handler can interrupt"
                    + " the other, and with two it can, so that code which was right stops its CPU"
                    + " once both come together. The fix takes the lock with interrupts off in"
                    + " every handler; the checker asks for it before the two have ever met.");
    }

    private static final int SERVICES = 4;
    private static final int ADMIN = 0;
    private static final int QUEUE = 1;
    private static final long STEP_NS = 2_000;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var device = new SpinLock(new Lockdep(), "nvme device");
        MsixTable nvme = m.plugIn(2);
        var held = new AtomicInteger();
        var meets = new AtomicInteger();
        var served = new AtomicInteger();
        m.irqs()
                .requestThreaded(
                        m.line(nvme, ADMIN, 0),
                        "nvme-admin",
                        0,
                        cpu -> IrqReturn.WAKE_THREAD,
                        cpu -> {
                            serveAdmin(form, device, cpu, held, meets);
                            served.incrementAndGet();
                            return IrqReturn.HANDLED;
                        },
                        m.cpu(0),
                        m.machine().newPid());
        m.irqs()
                .request(
                        m.line(nvme, QUEUE, 0),
                        "nvme-queue",
                        0,
                        cpu -> {
                            device.lock(cpu);
                            device.unlock(cpu);
                            served.incrementAndGet();
                            return IrqReturn.HANDLED;
                        });
        m.start();
        nvme.fire(QUEUE);
        rig.await("the queue's handler", () -> served.get() == 1);
        nvme.fire(ADMIN);
        rig.await("the admin handler", () -> served.get() == 2);
        // Neither has met the other.
        long found = ZooReports.kept(m, ReportKind.INCONSISTENT_LOCK_STATE);
        meets.set(1);
        nvme.fire(ADMIN);
        rig.await("the lock", () -> held.get() == 2);
        nvme.fire(QUEUE);
        meets.set(0);
        if (form.buggy()) {
            ZooReports.await(rig, m, ReportKind.SPIN_RECURSION);
        } else {
            rig.await("all", () -> served.get() == SERVICES);
            found += ZooReports.kept(m, ReportKind.INCONSISTENT_LOCK_STATE);
        }
        return new Observation(
                served.get(),
                found,
                ZooReports.first(m, "the lock is safe", ReportKind.INCONSISTENT_LOCK_STATE));
    }

    private static void serveAdmin(
            Form form, SpinLock device, KernelCpu cpu, AtomicInteger held, AtomicInteger meets) {
        boolean irqs = TakenAs.lock(form, device, cpu);
        held.incrementAndGet();
        while (meets.get() == 1) {
            cpu.burn(STEP_NS);
        }
        cpu.burn(STEP_NS);
        TakenAs.unlock(form, device, cpu, irqs);
    }
}
