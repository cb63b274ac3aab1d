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

/** B-05: a line that is stuck. */
final class LevelStorm implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-05",
                "Level-interrupt storm",
                Domain.INTERRUPTS,
                "interrupts for one event",
                "nobody-cared detector",
                "A device that no driver serves holds its line, and the CPU does nothing but take"
                    + " this interrupt and find that nobody claims it. The line is a level and the"
                    + " device never lets go of it. The kernel counts unclaimed interrupts and"
                    + " shuts the line off after 100,000; the fix is a driver that serves the"
                    + " device, after whose one interrupt the line is quiet.");
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        InputWire wire = m.levelWire(5);
        InputWire.Pull device = wire.connect();
        rig.atEnd(() -> device.set(false));
        IrqDescriptor line = m.line(5, wire);
        m.irqs()
                .request(
                        line,
                        "uart",
                        0,
                        cpu -> {
                            if (form.buggy()) {
                                return IrqReturn.NONE;
                            }
                            device.set(false);
                            return IrqReturn.HANDLED;
                        });
        m.start();
        device.set(true);
        if (form.buggy()) {
            rig.await("the detector", line::isSpuriousDisabled);
        } else {
            rig.await("the interrupt", () -> line.counts().ran() > 0);
        }
        m.settle();
        long uncared = m.irqs().core().errors(IrqError.NOBODY_CARED);
        return new Observation(line.counts().ran(), uncared, uncared + " lines shut off");
    }
}
