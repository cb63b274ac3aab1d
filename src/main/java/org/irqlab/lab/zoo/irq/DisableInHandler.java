package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.pci.MsixTable;
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

/** B-21: a handler that disables its own line and waits for itself. */
final class DisableInHandler implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-21",
                "disable_irq in the own handler",
                Domain.INTERRUPTS,
                "handlers that returned of 1",
                "in-service watch",
                "The handler disables its line with the form that waits until no handler runs,"
                    + " which is itself, and its CPU is gone. Handlers run with interrupts off, so"
                    + " that nothing can come to its help. The fix uses the form that does not"
                    + " wait.");
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(2);
        var watch = Watches.on(m, 0);
        MsixTable nic = m.plugIn(1);
        IrqDescriptor line = m.line(nic, 0, 0);
        var returned = new AtomicInteger();
        m.irqs()
                .request(
                        line,
                        "nic",
                        0,
                        cpu -> {
                            if (form.buggy()) {
                                line.disable(cpu);
                            } else {
                                line.disableNoSync(cpu);
                            }
                            returned.incrementAndGet();
                            return IrqReturn.HANDLED;
                        });
        m.start();
        nic.fire(0);
        if (form.buggy()) {
            rig.await("the watch", () -> watch.stuck() > 0);
        } else {
            rig.await("the handler", () -> returned.get() == 1);
            rig.pause(Watches.LONG_ENOUGH_MILLIS);
        }
        return new Observation(
                returned.get(), watch.stuck(), watch.stuck() + " handlers that do not return");
    }
}
