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

/** B-04: nested handlers whose interrupts end in the wrong order. */
final class EndOutOfOrder implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-04",
                "End of interrupt out of order",
                Domain.INTERRUPTS,
                "interrupts admitted beside one of their own priority",
                "guest error END_OUT_OF_ORDER",
                "Two handlers are nested, and the outer interrupt is ended first: the CPU then runs"
                    + " at the outer one's priority while the inner one is still in service, and"
                    + " takes what should have waited. An end drops the highest active priority,"
                    + " whatever interrupt it names. The fix ends interrupts in the reverse of the"
                    + " order in which they were acknowledged.");
    }

    private static final int OUTER = 40;
    private static final int INNER = 41;
    private static final int OTHER = 42;
    private static final int URGENT = 0x40;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.arm64(1);
        Distributor gic = m.gic().gic().distributor();
        for (int intid = OUTER; intid <= OTHER; intid++) {
            gic.route(intid, 0);
            gic.enable(intid);
        }
        gic.setPriority(INNER, URGENT);
        gic.setPriority(OTHER, URGENT);
        var admitted = new AtomicInteger(-1);
        var vectors = new HandMadeVectors(m);
        vectors.set(0, OUTER, cpu -> admitted.set(nest(m, form)));
        vectors.set(0, OTHER, cpu -> cpu.hw().port().endOfInterrupt());
        m.start();
        gic.setPending(OUTER);
        rig.await("the handlers", () -> admitted.get() >= 0);
        m.settle();
        long errors = m.errors().of(GuestError.END_OUT_OF_ORDER);
        return new Observation(admitted.get(), errors, errors + " ends out of order");
    }

    /** Returns whether an interrupt was admitted that is no more urgent than one in service. */
    private static int nest(ZooMachine m, Form form) {
        GicCpuInterface port = m.gic().port(0);
        Distributor gic = m.gic().gic().distributor();
        gic.setPending(INNER);
        int inner = port.acknowledge(1);
        gic.setPending(OTHER);
        if (form.buggy()) {
            port.eoir(OUTER);
        }
        int admitted = port.deliverable(1) ? 1 : 0;
        port.eoir(inner);
        if (!form.buggy()) {
            port.eoir(OUTER);
        }
        return admitted;
    }
}
