package org.irqlab.lab.zoo.core;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.time.ClockEvents;
import org.irqlab.kernel.watch.PeriodDrift;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** B-38: a periodic timer that is armed relative to now. */
final class TimerDrift implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-38",
                "Timer drift",
                Domain.TIME,
                "mean period over the nominal one",
                "period drift",
                "The handler does its work and then arms the timer for one period from now, and"
                    + " each period is longer than the nominal one by what the work and the latency"
                    + " took. The errors add up, as nothing ties the next deadline to the last. The"
                    + " fix arms for the last deadline plus one period, so that a late handler"
                    + " makes one late event and no drift.");
    }

    private static final long PERIOD_NS = 2_000_000;
    private static final long WORK_NS = 200_000;
    private static final int PERIODS = 60;

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        ClockEvents timer = m.machine().timer(0);
        var drift = new PeriodDrift("camera", PERIOD_NS);
        var expiries = new AtomicInteger();
        var deadline = new AtomicLong();
        m.irqs()
                .setSystemHandler(
                        m.apic().vectors().localTimer(),
                        cpu -> {
                            timer.interrupt();
                            cpu.burn(WORK_NS);
                            long from = form.buggy() ? HostClock.nowNs() : deadline.get();
                            arm(timer, deadline, from + PERIOD_NS, drift, cpu);
                            expiries.incrementAndGet();
                        },
                        null,
                        null);
        m.start();
        m.interrupt(0, cpu -> arm(timer, deadline, HostClock.nowNs() + PERIOD_NS, drift, cpu));
        rig.await("the periods", () -> expiries.get() >= PERIODS);
        m.interrupt(0, cpu -> timer.disarm());
        long reports = m.machine().smp().log().count(ReportKind.TIMER_DRIFT);
        return new Observation(
                drift.meanPeriodNs() / PERIOD_NS,
                reports,
                "%,d us behind the grid".formatted(drift.creepNs() / 1_000));
    }

    private static void arm(
            ClockEvents timer, AtomicLong deadline, long atNs, PeriodDrift drift, KernelCpu cpu) {
        deadline.set(atNs);
        timer.armOnce(atNs);
        drift.armed(atNs, cpu);
    }
}
