package org.irqlab.lab.zoo.device;

import org.irqlab.base.CacheLines;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** B-28: counters of two CPUs on one cache line. */
final class FalseSharing implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-28",
                "False sharing",
                Domain.MEMORY,
                "time of neighbours over time of padded ones",
                "layout check",
                "Two CPUs count in neighbouring words, and each increment takes the cache line away"
                    + " from the other. The hardware keeps whole lines coherent, whoever needs"
                    + " which word of them. The fix gives each CPU's counter a pair of lines of its"
                    + " own; how much it gains depends on the host, and on whether it runs both"
                    + " CPUs at the same time.");
    }

    private static final VarHandle SLOT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int COUNTS = 2_000_000;
    private static final int PADDED = CacheLines.PAIR_BYTES / Long.BYTES;
    private static final int CPUS = 2;

    @Override
    public Observation run(Form form, ZooRig rig) {
        int stride = form.buggy() ? 1 : PADDED;
        double ns = countNs(rig, stride);
        double paddedNs = countNs(rig, PADDED);
        int sharing = CacheLines.sharing(CPUS, stride * Long.BYTES);
        return new Observation(ns / paddedNs, sharing, sharing + " pairs of counters on one line");
    }

    /** Returns how long two CPUs count, each in its own word, ns. */
    private static double countNs(ZooRig rig, int stride) {
        ZooMachine m = rig.x86(CPUS);
        var slots = new long[PADDED + CPUS * stride + PADDED];
        var there = new AtomicInteger();
        var done = new AtomicInteger();
        var tookNs = new AtomicLong();
        for (int id = 0; id < CPUS; id++) {
            int slot = PADDED + id * stride;
            m.task(
                    id,
                    "count/" + id,
                    TaskPolicy.NORMAL,
                    self -> {
                        there.incrementAndGet();
                        while (there.get() < CPUS && !self.cpu().smp().stopping()) {
                            self.cpu().hw().poll();
                        }
                        long began = HostClock.nowNs();
                        for (int n = 0; n < COUNTS; n++) {
                            SLOT.getAndAdd(slots, slot, 1L);
                        }
                        tookNs.accumulateAndGet(HostClock.nowNs() - began, Math::max);
                        done.incrementAndGet();
                    });
        }
        m.start();
        rig.await("both counters", () -> done.get() == CPUS);
        return tookNs.get();
    }
}
