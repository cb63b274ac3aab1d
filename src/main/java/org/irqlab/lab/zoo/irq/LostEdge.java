package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
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

/** B-15: an edge pin that the driver masks in the controller. */
final class LostEdge implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-15",
                "Lost edge on mask",
                Domain.INTERRUPTS,
                "interrupts of 1 event",
                "fires IGNORED_MASKED_EDGE",
                "The driver masks an edge pin in the controller while its device fires, and waits"
                    + " for ever for an interrupt that is not coming. An edge pin hears the moment"
                    + " of the change only, and an I/O APIC keeps nothing of what comes while it is"
                    + " masked. The fix disables the line lazily, as the kernel does: the pin stays"
                    + " open, the interrupt that comes is remembered, and the enable sends it"
                    + " again.");
    }

    private static final int PIN = 7;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        InputWire wire = m.edgeWire(PIN);
        InputWire.Pull device = wire.connect();
        IrqDescriptor line = m.line(PIN, wire);
        m.irqs().request(line, "button", 0, cpu -> IrqReturn.HANDLED);
        int input = m.inputs().first() + PIN;
        var fires = new FireCounts();
        m.start();
        m.interrupt(
                0,
                cpu -> {
                    if (form.buggy()) {
                        m.inputs().mask(input);
                    } else {
                        line.disableNoSync(cpu);
                    }
                });
        fires.count(device.set(true));
        device.set(false);
        m.settle();
        m.interrupt(
                0,
                cpu -> {
                    if (form.buggy()) {
                        m.inputs().unmask(input);
                    } else {
                        line.enable(cpu);
                    }
                });
        if (!form.buggy()) {
            rig.await("the interrupt", () -> line.counts().handlerRuns() > 0);
        }
        m.settle();
        long lost = fires.of(FireOutcome.IGNORED_MASKED_EDGE);
        return new Observation(
                line.counts().handlerRuns(), lost, lost + " edges lost at a masked pin");
    }
}
