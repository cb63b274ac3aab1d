package org.irqlab.lab.zoo.irq;

import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.view.InterruptBalance;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

/** B-26: all lines on one CPU. */
final class AffinityImbalance implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-26",
                "Affinity imbalance",
                Domain.INTERRUPTS,
                "busiest CPU over the mean",
                "interrupt balance",
                "All queues of the card interrupt CPU 0, which is saturated first, while "
                        + "the others have nothing to do. A line goes to one CPU of its mask, and "
                        + "nobody has set the masks. The fix spreads the queues over the CPUs, one "
                        + "each.");
    }

    private static final int CPUS = 4;
    private static final int ROUNDS = 200;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(CPUS);
        MsixTable nic = m.plugIn(CPUS);
        var served = new AtomicInteger();
        for (int queue = 0; queue < CPUS; queue++) {
            m.irqs()
                    .request(
                            m.line(nic, queue, form.buggy() ? 0 : queue),
                            "nic-rx" + queue,
                            0,
                            cpu -> {
                                served.incrementAndGet();
                                return IrqReturn.HANDLED;
                            });
        }
        m.start();
        for (int round = 1; round <= ROUNDS; round++) {
            for (int queue = 0; queue < CPUS; queue++) {
                nic.fire(queue);
            }
            int expected = round * CPUS;
            rig.await("a round", () -> served.get() == expected);
        }
        m.settle();
        var balance = InterruptBalance.of(m.irqs().descriptors(), CPUS);
        return new Observation(
                balance.ratio(),
                balance.skewed() ? 1 : 0,
                "interrupts by CPU: " + Arrays.toString(balance.byCpu()));
    }
}
