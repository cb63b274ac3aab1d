package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.LineWish;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** B-47: an edge that reaches the new CPU while the old one is in its handler. */
final class RefusedInProgress implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-47",
                "Refused while in progress",
                Domain.INTERRUPTS,
                "interrupts handled of 2",
                "refused count of an edge source",
                "A line moves to another CPU while the old one is in its handler; the next"
                    + " interrupt arrives on the new CPU, is turned away because the line is in"
                    + " progress, and is forgotten. For a level that would be right, since it comes"
                    + " again as long as it is up, but an LPI is an edge and is sent once. The fix"
                    + " is the chip's flag that such an interrupt is to be remembered, and is sent"
                    + " again when the handler is done.");
    }

    private static final long STEP_NS = 1_000;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.arm64(2);
        MsixTable nic = m.plugIn(1);
        IrqDomain below = m.irqs().domain(nic);
        var domain =
                new IrqDomain(
                        "zoo", m.irqs().core(), below, 1, new ForgetfulChip(below, form.buggy()));
        IrqDescriptor line = domain.map(45, 0, LineWish.on(0), m.cpu(0)).line();
        var entered = new AtomicInteger();
        var release = new AtomicBoolean();
        rig.atEnd(() -> release.set(true));
        m.irqs()
                .request(
                        line,
                        "nic",
                        0,
                        cpu -> {
                            entered.incrementAndGet();
                            while (!release.get()) {
                                cpu.burn(STEP_NS);
                            }
                            return IrqReturn.HANDLED;
                        });
        m.start();
        nic.fire(0);
        rig.await("the handler", () -> entered.get() == 1);
        m.interrupt(1, cpu -> m.irqs().setAffinity(line, CpuMask.of(1), cpu));
        nic.fire(0);
        rig.await("the second", () -> line.counts().entries() == 2);
        release.set(true);
        rig.await("the first", () -> line.counts().handlerRuns() >= 1);
        if (!form.buggy()) {
            rig.await("the second again", () -> entered.get() == 2);
        }
        m.settle();
        long refused = line.counts().refused();
        return new Observation(entered.get(), refused, refused + " edges turned away for good");
    }
}
