package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.intc.InputWire;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

/** B-02: a handler that says HANDLED and leaves the line up. */
final class MissedDeviceAck implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-02",
                "Missed device acknowledge (level)",
                Domain.INTERRUPTS,
                "interrupts for one event",
                "storm hint",
                "The handler says that it has served its device but does not make it let go of the"
                    + " line, so the end of each interrupt is the start of the next and the CPU"
                    + " never gets on. A level means that the device still wants something, and as"
                    + " the handler claims every interrupt, the detector of unclaimed ones is not"
                    + " asked. The fix acknowledges at the device, which lowers the line before the"
                    + " interrupt ends.");
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
                            if (!form.buggy()) {
                                device.set(false);
                            }
                            return IrqReturn.HANDLED;
                        });
        m.start();
        device.set(true);
        return Storms.observe(m, rig, line, form);
    }
}
