package org.irqlab.lab.zoo.work;

import org.irqlab.kernel.workqueue.WorkItem;
import org.irqlab.kernel.workqueue.Workqueues;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-40: per-CPU work is queued on a CPU that is off. */
final class StrandedWork implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-40",
                "Work stranded on a CPU that is off",
                Domain.WORK,
                "updates of per-CPU data by another CPU",
                "works run elsewhere (pool disassociated)",
                "A driver keeps data for each CPU without locks, and goes on to queue its work on a"
                    + " CPU that has gone off, where nobody can run it. The pool of such a CPU is"
                    + " disassociated, and its work runs wherever a worker finds a place. The fix"
                    + " has a hotplug callback that moves the work, and the data, before the CPU"
                    + " goes.");
    }

    private static final int DEAD = 1;
    private static final int ROUNDS = 20;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(2);
        Workqueues works = m.machine().workqueues();
        var ran = new AtomicInteger();
        var foreign = new AtomicInteger();
        m.start();
        m.interrupt(0, cpu -> works.setOnline(DEAD, false, cpu));
        int owner = form.buggy() ? DEAD : 0;
        var item =
                new WorkItem(
                        (cpu, self) -> {
                            foreign.addAndGet(cpu.id() == owner ? 0 : 1);
                            ran.incrementAndGet();
                        },
                        1,
                        0);
        for (int n = 1; n <= ROUNDS; n++) {
            int round = n;
            m.interrupt(0, cpu -> works.queueOn(cpu, owner, works.system(), item));
            rig.await("the item", () -> ran.get() == round);
        }
        // An item is counted after its function.
        rig.await("quiet", () -> works.counts().outstanding() == 0);
        long elsewhere = works.counts().ranElsewhere();
        return new Observation(foreign.get(), elsewhere, elsewhere + " works of a CPU that is off");
    }
}
