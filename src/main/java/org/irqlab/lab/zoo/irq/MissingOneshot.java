package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.intc.InputWire;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqRequests;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

/** B-19: a threaded handler of a level line that does not keep it masked. */
final class MissingOneshot implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-19",
                "Missing ONESHOT",
                Domain.INTERRUPTS,
                "interrupts for one event",
                "storm hint",
                "The top half only wakes the thread that will serve the device, the line is open"
                    + " again when it returns, and the next interrupt comes before the thread can"
                    + " run. The level stays up until the thread has talked to the device, and a"
                    + " CPU that is in one interrupt after the other does not get to any thread."
                    + " The fix is ONESHOT, which keeps the line masked until the thread is done;"
                    + " without a top half of its own, a request that lacks it is refused.");
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        InputWire wire = m.levelWire(5);
        InputWire.Pull device = wire.connect();
        rig.atEnd(() -> device.set(false));
        IrqDescriptor line = m.line(5, wire);
        IrqHandler serve =
                cpu -> {
                    device.set(false);
                    return IrqReturn.HANDLED;
                };
        var request =
                IrqRequest.threaded(
                        "touch", cpu -> IrqReturn.WAKE_THREAD, serve, m.machine().newPid());
        IrqRequests.request(
                line, form.buggy() ? request : request.withFlags(IrqFlag.ONESHOT), m.cpu(0));
        m.start();
        device.set(true);
        return Storms.observe(m, rig, line, form);
    }
}
