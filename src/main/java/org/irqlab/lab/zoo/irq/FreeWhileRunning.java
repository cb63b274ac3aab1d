package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.watch.TrackedObject;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** B-42: a driver that frees what its handler uses. */
final class FreeWhileRunning implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-42",
                "Free while the handler runs",
                Domain.INTERRUPTS,
                "uses after the free",
                "object state",
                "The driver disables its line, does not wait, and frees the buffer that a "
                        + "handler on another CPU is just reading. A disable keeps handlers from "
                        + "starting, it does not end the one that runs. The fix waits for the "
                        + "handlers, as disable_irq and free_irq do, before it frees anything.");
    }

    private static final long HANDLER_NS = 5_000_000;
    private static final long STEP_NS = 1_000;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(2);
        MsixTable nic = m.plugIn(1);
        IrqDescriptor line = m.line(nic, 0, 0);
        var buffer = new TrackedObject("nic buffer");
        var freed = new AtomicBoolean();
        var entered = new AtomicInteger();
        var dead = new AtomicInteger();
        var ended = new AtomicInteger();
        rig.atEnd(() -> freed.set(true));
        m.irqs()
                .request(
                        line,
                        "nic",
                        0,
                        cpu -> {
                            buffer.enter(cpu);
                            entered.set(1);
                            for (long ns = 0; ns < HANDLER_NS && !freed.get(); ns += STEP_NS) {
                                cpu.burn(STEP_NS);
                            }
                            // The driver of the buggy form frees without a wait: it comes first.
                            while (form.buggy() && !freed.get()) {
                                cpu.burn(STEP_NS);
                            }
                            dead.addAndGet(freed.get() ? 1 : 0);
                            buffer.leave();
                            ended.set(1);
                            return IrqReturn.HANDLED;
                        });
        Task driver =
                m.sleeper(
                        1,
                        "rmmod",
                        TaskPolicy.NORMAL,
                        self -> {
                            if (form.buggy()) {
                                line.disableNoSync(self.cpu());
                            } else {
                                line.disable(self.cpu());
                            }
                            buffer.free(self.cpu());
                            freed.set(true);
                        });
        m.start();
        nic.fire(0);
        rig.await("the handler", () -> entered.get() == 1);
        m.interrupt(1, cpu -> cpu.scheduler().wake(driver));
        rig.await("the end of both", () -> freed.get() && ended.get() == 1);
        long reports = m.machine().smp().log().count(ReportKind.OBJECT_STATE);
        return new Observation(dead.get(), reports, reports + " objects freed while in use");
    }
}
