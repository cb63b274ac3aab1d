package org.irqlab.lab.replay.engine;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.replay.ReplayPlan;

import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * Passes that are thrown away, until the JIT compiler has hardly anything left to do: code that is
 * not compiled takes several times as long as the kernel's, and its compiler takes time from the
 * virtual CPUs.
 *
 * <p><b>Threads.</b> One.
 */
final class WarmUp {
    private static final int FEWEST_PASSES = 2;
    private static final int MOST_PASSES = 10;
    private static final long MOST_NS = 20_000_000_000L;

    /** Share of a pass's time in which the compiler may still run after the last one. */
    private static final double QUIET = 0.02;

    private static final long SETTLE_NS = 100_000_000;
    private static final int MOST_SETTLES = 50;
    private static final long NS_PER_MS = 1_000_000;

    private WarmUp() {}

    /** Returns the number of passes it took. */
    static int run(
            ReplayPlan plan,
            Platform platform,
            MachineSpec spec,
            Strategy strategy,
            List<Integer> producerHosts) {
        long beganNs = HostClock.nowNs();
        Pace pace = Pace.warmUp(plan);
        int passes = 0;
        boolean quiet = false;
        while (passes < FEWEST_PASSES
                || !quiet && passes < MOST_PASSES && HostClock.nowNs() - beganNs < MOST_NS) {
            long before = compiledNs();
            ReplayPass pass = ReplayPass.run(plan, platform, spec, strategy, producerHosts, pace);
            passes++;
            quiet = compiledNs() - before < QUIET * pass.elapsedNs();
        }
        settle();
        return passes;
    }

    /** Waits until what is queued has been compiled. */
    private static void settle() {
        long before = -1;
        for (int i = 0; i < MOST_SETTLES && compiledNs() != before; i++) {
            before = compiledNs();
            LockSupport.parkNanos(SETTLE_NS);
        }
    }

    private static long compiledNs() {
        return ManagementFactory.getCompilationMXBean().getTotalCompilationTime() * NS_PER_MS;
    }
}
