package org.irqlab.lab.zoo.irq;

import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-03: an interrupt that is never ended. */
final class MissedEnd implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-03",
                "Missed end of interrupt",
                Domain.INTERRUPTS,
                "interrupts taken of 2",
                "in-service watch",
                "The interrupt code forgets the end of interrupt, and neither this vector nor any"
                    + " other of its priority or below is delivered to that CPU again. The local"
                    + " APIC keeps the vector in service and holds back what is not more urgent,"
                    + " while the kernel's own vectors still get through, so the CPU looks alive."
                    + " The fix ends every interrupt that it has acknowledged, once.");
    }

    private static final int VECTOR = 0x51;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var watch = Watches.on(m, 0);
        var vectors = new HandMadeVectors(m);
        var taken = new AtomicInteger();
        vectors.set(
                0,
                VECTOR,
                cpu -> {
                    if (!form.buggy()) {
                        cpu.hw().port().endOfInterrupt();
                    }
                    taken.incrementAndGet();
                });
        m.start();
        m.apic().sendIpi(0, VECTOR);
        rig.await("the first", () -> taken.get() == 1);
        m.apic().sendIpi(0, VECTOR);
        if (form.buggy()) {
            rig.await("the watch", () -> watch.unended() > 0);
        } else {
            rig.await("the second", () -> taken.get() == 2);
            rig.pause(Watches.LONG_ENOUGH_MILLIS);
        }
        return new Observation(
                taken.get(), watch.unended(), watch.unended() + " interrupts in service for ever");
    }
}
