package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.gicv3.Distributor;
import org.irqlab.hw.intc.gicv3.GicCpuInterface;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-44: an end of an interrupt that was never acknowledged. */
final class EndWithoutAcknowledge implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-44",
                "End without acknowledge",
                Domain.INTERRUPTS,
                "ends that ended something else",
                "guest error END_WITHOUT_ACKNOWLEDGE",
                "A driver polls its device in its handler and ends the interrupt of another line"
                    + " that it never acknowledged; the end hits the interrupt that is in service,"
                    + " and the kernel's own end finds nothing. The controller keeps a stack of"
                    + " priorities, and an end takes its top, whatever it names. The fix ends only"
                    + " what an acknowledge has returned.");
    }

    private static final int SPI = 40;
    private static final int NEVER_TAKEN = 41;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.arm64(1);
        Distributor gic = m.gic().gic().distributor();
        gic.route(SPI, 0);
        gic.enable(SPI);
        var done = new AtomicInteger();
        var vectors = new HandMadeVectors(m);
        vectors.set(
                0,
                SPI,
                cpu -> {
                    GicCpuInterface port = m.gic().port(0);
                    if (form.buggy()) {
                        port.eoir(NEVER_TAKEN);
                    }
                    port.eoir(SPI);
                    done.incrementAndGet();
                });
        m.start();
        gic.setPending(SPI);
        rig.await("the handler", () -> done.get() == 1);
        m.settle();
        long errors = m.errors().of(GuestError.END_WITHOUT_ACKNOWLEDGE);
        long wrong = m.gic().port(0).counts().disorderedEnds();
        return new Observation(wrong, errors, errors + " ends with nothing to end");
    }
}
