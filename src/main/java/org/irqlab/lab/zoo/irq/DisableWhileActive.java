package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.intc.gicv3.Distributor;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-43: a line that is masked between its acknowledge and its end. */
final class DisableWhileActive implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-43",
                "Disable while active",
                Domain.INTERRUPTS,
                "interrupts taken of 2",
                "in-service watch",
                "The handler masks its own interrupt in the controller, and the interrupt code"
                    + " takes a masked interrupt for one that needs no end; the line stays active"
                    + " and is never delivered again. Masking keeps a new request back, the record"
                    + " of the one in service stays until its end. The fix ends what was"
                    + " acknowledged, masked or not.");
    }

    private static final int SPI = 40;
    private static final int LOW = 0xd0;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.arm64(1);
        var watch = Watches.on(m, 0);
        Distributor gic = m.gic().gic().distributor();
        gic.route(SPI, 0);
        // Below the kernel's own: the machine must stop, with the line active.
        gic.setPriority(SPI, LOW);
        gic.enable(SPI);
        var taken = new AtomicInteger();
        var vectors = new HandMadeVectors(m);
        vectors.set(
                0,
                SPI,
                cpu -> {
                    gic.disable(SPI);
                    if (!form.buggy()) {
                        cpu.hw().port().endOfInterrupt();
                    }
                    taken.incrementAndGet();
                });
        m.start();
        gic.setPending(SPI);
        rig.await("the first", () -> taken.get() == 1);
        gic.enable(SPI);
        gic.setPending(SPI);
        if (form.buggy()) {
            rig.await("the watch", () -> watch.unended() > 0);
        } else {
            rig.await("the second", () -> taken.get() == 2);
            rig.pause(Watches.LONG_ENOUGH_MILLIS);
        }
        return new Observation(
                taken.get(), watch.unended(), watch.unended() + " interrupts active for ever");
    }
}
