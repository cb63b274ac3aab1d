package org.irqlab.lab.zoo.softirq;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.AgeBudget;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Softirqs;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** B-46: softirqs that are raised where nobody looks for them. */
final class LateUnseen implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-46",
                "Deferred work late, unseen",
                Domain.SOFTIRQS,
                "median from raise to action, us",
                "age budget",
                "A task puts frames on the receive backlog and raises the softirq as an interrupt"
                    + " handler would, and nobody runs it before the next tick. Pending softirqs"
                    + " are looked at where an interrupt ends and where bottom halves are enabled,"
                    + " and a task in the middle of its work comes to neither, without any error."
                    + " The fix raises inside of a section with bottom halves off, at whose end it"
                    + " runs.");
    }

    private static final long TICK_NS = 10_000_000;
    private static final long STEP_NS = 20_000;
    private static final long BUDGET_NS = 1_000_000;
    private static final int ROUNDS = 50;
    private static final double NS_PER_US = 1e3;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var served = new AtomicInteger();
        m.machine().setSoftirqAction(SoftirqVector.NET_RX, cpu -> served.incrementAndGet());
        m.machine().timer(0).armPeriodic(HostClock.nowNs() + TICK_NS, TICK_NS);
        Softirqs softirqs = m.machine().softirqs(0);
        var done = new AtomicBoolean();
        m.task(
                0,
                "tun",
                TaskPolicy.NORMAL,
                self -> {
                    send(form, self, softirqs, served);
                    done.set(true);
                });
        m.start();
        rig.await("all frames", done::get);
        var ages = softirqs.ages();
        var late = new AgeBudget(BUDGET_NS).late(ages);
        return new Observation(
                ages.of(SoftirqVector.NET_RX).quantileNs(0.5) / NS_PER_US,
                late.size(),
                late.isEmpty() ? "none over 1 ms" : late.getFirst().toString());
    }

    private static void send(Form form, Task self, Softirqs softirqs, AtomicInteger served) {
        for (int round = 1; round <= ROUNDS; round++) {
            KernelCpu cpu = self.cpu();
            if (form.buggy()) {
                raise(cpu, softirqs);
            } else {
                cpu.bhDisable();
                raise(cpu, softirqs);
                cpu.bhEnable();
            }
            while (served.get() < round && !cpu.smp().stopping()) {
                cpu.burn(STEP_NS);
            }
        }
    }

    private static void raise(KernelCpu cpu, Softirqs softirqs) {
        cpu.hw().irqDisable();
        softirqs.raiseIrqsOff(SoftirqVector.NET_RX);
        cpu.hw().irqEnable();
    }
}
