package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.intc.InputWire;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-06: a handler that serves its device and says NONE. */
final class WrongReturn implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-06",
                "Shared line, wrong return value",
                Domain.INTERRUPTS,
                "events left without service of 100,010",
                "nobody-cared detector",
                "The driver serves each of its interrupts but says that they were not its own, and"
                    + " in the end the kernel takes the line away from a device that worked. What a"
                    + " handler returns is all that the kernel knows of whose an interrupt was, and"
                    + " of 100,000 nobody's it believes that nobody cares. The fix returns HANDLED"
                    + " for what it has served, and NONE only where its device had nothing.");
    }

    private static final int EVENTS = 100_010;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        InputWire wire = m.levelWire(5);
        InputWire.Pull device = wire.connect();
        rig.atEnd(() -> device.set(false));
        var left = new AtomicInteger(EVENTS);
        IrqDescriptor line = m.line(5, wire);
        m.irqs()
                .request(
                        line,
                        "nic",
                        0,
                        cpu -> {
                            if (left.decrementAndGet() == 0) {
                                device.set(false);
                            }
                            return form.buggy() ? IrqReturn.NONE : IrqReturn.HANDLED;
                        });
        m.start();
        device.set(true);
        rig.await("the end", () -> left.get() == 0 || line.isSpuriousDisabled());
        m.settle();
        long uncared = m.irqs().core().errors(IrqError.NOBODY_CARED);
        return new Observation(left.get(), uncared, uncared + " lines shut off");
    }
}
