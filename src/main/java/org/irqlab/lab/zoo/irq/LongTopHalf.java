package org.irqlab.lab.zoo.irq;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.line.TopHalfBudget;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.Tasklet;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** B-01: a top half that does all of the work itself. */
final class LongTopHalf implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-01",
                "Long top half",
                Domain.INTERRUPTS,
                "worst delay of another line on that CPU, us",
                "top-half budget",
                "A handler burns 2 ms with interrupts off, and every other line of its CPU waits"
                    + " that long. Handlers of a CPU do not nest, so the longest of them is added"
                    + " to the latency of all. The fix does the work in a tasklet, with interrupts"
                    + " on, and the top half only asks for it.");
    }

    private static final long WORK_NS = 2_000_000;
    private static final long BUDGET_NS = 200_000;
    private static final int ROUNDS = 40;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var budget = new TopHalfBudget(BUDGET_NS);
        m.irqs().core().watchTopHalves(budget);
        MsixTable card = m.plugIn(2);
        var begun = new AtomicInteger();
        var delayNs = new AtomicLong();
        var fired = new AtomicLong();
        var served = new AtomicInteger();
        var tasklet = new Tasklet(cpu -> work(begun, cpu), 1, 0);
        m.irqs()
                .request(
                        m.line(card, 0, 0),
                        "disk",
                        0,
                        cpu -> {
                            if (form.buggy()) {
                                work(begun, cpu);
                            } else {
                                m.machine().tasklets(0).schedule(tasklet);
                            }
                            return IrqReturn.HANDLED;
                        });
        m.irqs()
                .request(
                        m.line(card, 1, 0),
                        "nic",
                        0,
                        cpu -> {
                            delayNs.accumulateAndGet(HostClock.nowNs() - fired.get(), Math::max);
                            served.incrementAndGet();
                            return IrqReturn.HANDLED;
                        });
        m.start();
        for (int n = 1; n <= ROUNDS; n++) {
            int round = n;
            card.fire(0);
            rig.await("the work", () -> begun.get() == round);
            fired.set(HostClock.nowNs());
            card.fire(1);
            rig.await("the other line", () -> served.get() == round);
        }
        var offenders = budget.offenders();
        String report = offenders.isEmpty() ? "none over 200 us" : "worst: " + offenders.getFirst();
        return new Observation(delayNs.get() / 1e3, offenders.size(), report);
    }

    private static void work(AtomicInteger begun, KernelCpu cpu) {
        begun.incrementAndGet();
        cpu.burn(WORK_NS);
    }
}
