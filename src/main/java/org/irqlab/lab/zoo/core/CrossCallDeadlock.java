package org.irqlab.lab.zoo.core;

import org.irqlab.kernel.irq.ipi.CrossCall;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;

/** B-37: two CPUs that wait for each other with interrupts off. */
final class CrossCallDeadlock implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-37",
                "Cross-call wait with interrupts off",
                Domain.CALLS,
                "calls that were answered of 2",
                "waits with interrupts off",
                "Two CPUs turn their interrupts off, ask each other to run a function, and wait;"
                    + " neither can take the other's request. A cross-call arrives as an interrupt."
                    + " The fix waits with interrupts on, so that each serves the other while it"
                    + " waits.");
    }

    private static final int CPUS = 2;
    private static final long DEADLOCK_MILLIS = 300;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(CPUS);
        var calls = m.machine().calls();
        var there = new AtomicInteger();
        var answered = new AtomicInteger();
        for (int id = 0; id < CPUS; id++) {
            int other = 1 - id;
            m.task(
                    id,
                    "caller/" + id,
                    TaskPolicy.NORMAL,
                    self -> {
                        boolean irqs = self.cpu().hw().irqsEnabled();
                        if (form.buggy()) {
                            self.cpu().hw().irqDisable();
                        }
                        there.incrementAndGet();
                        while (there.get() < CPUS && !self.cpu().smp().stopping()) {
                            self.cpu().hw().poll();
                        }
                        var call = new CrossCall(cpu -> answered.incrementAndGet());
                        calls.callAndWait(other, call, self.cpu());
                        self.cpu().hw().irqRestore(irqs);
                    });
        }
        // The tasks are woken one after the other: an interrupt of the second must not wait.
        m.start();
        if (form.buggy()) {
            rig.await("both calls", () -> calls.waitsWithInterruptsOff() == CPUS);
            rig.within(DEADLOCK_MILLIS, () -> answered.get() > 0);
        } else {
            rig.await("the answers", () -> answered.get() == CPUS);
        }
        long waits = calls.waitsWithInterruptsOff();
        return new Observation(answered.get(), waits, waits + " calls waited with interrupts off");
    }
}
