package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.lab.replay.PathCosts;
import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.StageRow;

import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * The kernel's path costs that a plan burns, as a capture shows them: draws from the recorded
 * distributions.
 *
 * <p><b>Threads.</b> One CPU's holder.
 */
final class RecordedPaths implements PathModel {
    /**
     * A thread's own stretches of the scheduler stay in the nearest caches for so long: code that
     * runs once a millisecond was recorded twice as slow as the same code in a burst.
     */
    private static final long HOT_NS = 200_000;

    private final Draws irqExitToSoftirq;
    private final Draws raiseToSoftirqInTask;
    private final Draws softirqToSoftirq;
    private final Draws idleExit;
    private final Draws remoteSwitchIn;
    private final Tempered wake;
    private final Draws wakeIdle;
    private final Draws remoteWakeIdle;
    private final Draws remoteWakeBusy;
    private final Tempered preemptingSwitch;
    private final Tempered workerStart;
    private final Draws workerNext;
    private final Tempered workerLeave;
    private final Tempered threadStart;
    private final Tempered threadLeave;
    private final long scheduleEntryNs;

    RecordedPaths(ReplayPlan plan, long seed) {
        PathCosts costs = plan.paths;
        var random = new SplittableRandom(seed);
        irqExitToSoftirq = new Draws(costs.irqExitToSoftirqNs, random);
        raiseToSoftirqInTask = new Draws(costs.raiseToSoftirqInTaskNs, random);
        softirqToSoftirq = new Draws(costs.softirqToSoftirqNs, random);
        idleExit = new Draws(costs.idleExitNs, random);
        remoteSwitchIn = new Draws(costs.remoteSwitchInNs, random);
        wake = new Tempered(costs.wakeNs, costs.wakeWarmNs, PathCosts.WARM_NS, random);
        wakeIdle = new Draws(costs.wakeIdleNs, random);
        remoteWakeIdle = new Draws(costs.remoteWakeIdleNs, random);
        remoteWakeBusy = new Draws(costs.remoteWakeBusyNs, random);
        preemptingSwitch = new Tempered(costs.switchNs, costs.switchWarmNs, PathCosts.WARM_NS, random);
        workerStart = new Tempered(costs.workerStartNs, costs.workerStartWarmNs, PathCosts.WARM_NS, random);
        workerNext = new Draws(costs.workerNextNs, random);
        workerLeave = new Tempered(costs.workerLeaveNs, costs.workerLeaveWarmNs, PathCosts.WARM_NS, random);
        // Without a worker's bookkeeping: a worker's start with warm caches, in the proportion in
        // which a switch is slower with cold ones; and the way to sleep is that of a switch.
        threadStart = new Tempered(coldStart(costs), costs.workerStartWarmNs, HOT_NS, random);
        threadLeave = new Tempered(costs.switchNs, costs.switchWarmNs, HOT_NS, random);
        // Part of what was recorded of the task, so the recorded machine's.
        scheduleEntryNs = plan.recordedPaths.usualSwitchNs();
    }

    private static long[] coldStart(PathCosts costs) {
        long warmNs = Math.max(1, PathCosts.usual(costs.switchWarmNs));
        double slower = Math.max(1, (double) PathCosts.usual(costs.switchNs) / warmNs);
        return Arrays.stream(costs.workerStartWarmNs)
                .map(ns -> Math.round(ns * slower))
                .toArray();
    }

    @Override
    @HotPath
    public long softirqEntryNs(boolean inTask) {
        return (inTask ? raiseToSoftirqInTask : irqExitToSoftirq).next();
    }

    @Override
    @HotPath
    public long softirqNextNs() {
        return softirqToSoftirq.next();
    }

    @Override
    @HotPath
    public long idleExitNs(boolean remoteWake) {
        return (remoteWake ? remoteSwitchIn : idleExit).next();
    }

    @Override
    @HotPath
    public long localWakeNs(boolean idle) {
        return idle ? wakeIdle.next() : wake.next();
    }

    @Override
    @HotPath
    public long remoteWakeNs(boolean targetIdle) {
        return (targetIdle ? remoteWakeIdle : remoteWakeBusy).next();
    }

    @Override
    @HotPath
    public long switchNs() {
        return preemptingSwitch.next();
    }

    @Override
    @HotPath
    public long workerStartNs() {
        return workerStart.next();
    }

    @Override
    @HotPath
    public long workerNextNs(boolean last) {
        return last ? workerLeave.next() : workerNext.next();
    }

    @Override
    @HotPath
    public long threadStartNs() {
        return threadStart.next();
    }

    @Override
    @HotPath
    public long threadLeaveNs() {
        return threadLeave.next();
    }

    @Override
    public long scheduleEntryNs() {
        return scheduleEntryNs;
    }

    /** A path that costs less when it ran on the CPU shortly before. */
    private static final class Tempered {
        private final Draws cold;
        private final Draws warm;
        private final long warmForNs;
        private long lastNs = Long.MIN_VALUE / 2;

        private Tempered(long[] cold, long[] warm, long warmForNs, SplittableRandom random) {
            this.warmForNs = warmForNs;
            this.cold = new Draws(cold.length == 0 ? warm : cold, random);
            this.warm = new Draws(warm.length == 0 ? cold : warm, random);
        }

        @HotPath
        private long next() {
            long now = HostClock.nowNs();
            boolean isWarm = now - lastNs <= warmForNs;
            lastNs = now;
            return (isWarm ? warm : cold).next();
        }
    }

    /**
     * A distribution as equally likely values in random order, taken one after the other: a draw
     * must not cost the cache miss that a random place in all samples would.
     */
    private static final class Draws {
        /** A power of two; the largest value stands for the last 0.2 %. */
        private static final int VALUES = 512;

        private final long[] values = new long[VALUES];
        private int next;

        private Draws(long[] sorted, SplittableRandom random) {
            for (int i = 0; i < VALUES; i++) {
                values[i] = StageRow.quantile(sorted, (i + 0.5) / VALUES);
            }
            for (int i = VALUES - 1; i > 0; i--) {
                int other = random.nextInt(i + 1);
                long value = values[i];
                values[i] = values[other];
                values[other] = value;
            }
        }

        @HotPath
        private long next() {
            next = (next + 1) & (VALUES - 1);
            return values[next];
        }
    }
}
