package org.irqlab.lab.zoo.irq;

import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.LineWish;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.IrqDomain;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

/** B-27: more lines than one CPU has vectors. */
final class VectorExhaustion implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-27",
                "Vector exhaustion",
                Domain.INTERRUPTS,
                "lines without a vector of 260",
                "allocator refusals (ENOSPC)",
                "A driver asks for a line per queue and wants all of them on CPU 0, and from some"
                    + " number on the request fails. A CPU has 202 vectors that devices can have,"
                    + " and each line takes one of the CPU that it interrupts. The fix spreads the"
                    + " lines over the CPUs, so that each has room.");
    }

    private static final int LINES = 260;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(2);
        IrqDomain domain = m.irqs().domain(m.plugIn(LINES));
        int refused = 0;
        for (int entry = 0; entry < LINES; entry++) {
            CpuMask mask = CpuMask.of(form.buggy() ? 0 : entry % 2);
            var mapping = domain.map(100 + entry, entry, LineWish.managed(mask), m.cpu(0));
            refused += mapping.result() == IrqResult.ENOSPC ? 1 : 0;
        }
        int free = m.irqs().vectors().available(0);
        return new Observation(refused, refused, free + " vectors left on CPU 0");
    }
}
