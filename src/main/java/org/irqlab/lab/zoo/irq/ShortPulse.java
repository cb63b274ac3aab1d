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

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** B-16: a level that is gone before it is acknowledged. */
final class ShortPulse implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-16",
                "Short level pulse",
                Domain.INTERRUPTS,
                "events served of 1",
                "unhandled count of the line",
                "The device raises its level line and lowers it before the CPU looks, so the"
                    + " handler is called and finds nothing, and the event is lost. A level stands"
                    + " for a state, not for an event: who takes it back takes the request back,"
                    + " whatever the controller has sent on already. The fix keeps the line up"
                    + " until the driver has acknowledged at the device.");
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        InputWire wire = m.levelWire(5);
        InputWire.Pull device = wire.connect();
        rig.atEnd(() -> device.set(false));
        var status = new AtomicBoolean();
        var served = new AtomicInteger();
        IrqDescriptor line = m.line(5, wire);
        m.irqs()
                .request(
                        line,
                        "sensor",
                        0,
                        cpu -> {
                            if (!status.getAndSet(false)) {
                                return IrqReturn.NONE;
                            }
                            served.incrementAndGet();
                            device.set(false);
                            return IrqReturn.HANDLED;
                        });
        m.start();
        m.interrupt(
                0,
                cpu -> {
                    // Interrupts are off here: the CPU cannot look in between.
                    status.set(true);
                    device.set(true);
                    if (form.buggy()) {
                        status.set(false);
                        device.set(false);
                    }
                });
        rig.await("the interrupt", () -> line.counts().handlerRuns() > 0);
        m.settle();
        long unhandled = line.counts().unhandled();
        return new Observation(
                served.get(), unhandled, unhandled + " interrupts that were nobody's");
    }
}
