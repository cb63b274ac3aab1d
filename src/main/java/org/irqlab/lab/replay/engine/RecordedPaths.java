package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.lab.replay.PathCosts;
import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.StageRow;
import org.irqlab.lab.replay.Temperature;

import java.util.SplittableRandom;

/**
 * The kernel's path costs that a plan burns, as a capture shows them: draws from the recorded
 * distributions.
 *
 * <p><b>Threads.</b> One CPU's holder.
 */
final class RecordedPaths implements PathModel {
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
    private final Draws threadStart;
    private final Tempered threadLeave;
    private final long leaveToIdleNs;
    private final long scheduleEntryNs;
    private final long remoteActivateNs;

    RecordedPaths(ReplayPlan plan, long seed) {
        PathCosts costs = plan.paths;
        var random = new SplittableRandom(seed);
        irqExitToSoftirq = new Draws(costs.irqExitToSoftirqNs, random);
        raiseToSoftirqInTask = new Draws(costs.raiseToSoftirqInTaskNs, random);
        softirqToSoftirq = new Draws(costs.softirqToSoftirqNs, random);
        idleExit = new Draws(costs.idleExitNs, random);
        remoteSwitchIn = new Draws(costs.remoteSwitchInNs, random);
        wake = new Tempered(random, costs.wakeHotNs, costs.wakeWarmNs, costs.wakeNs);
        wakeIdle = new Draws(costs.wakeIdleNs, random);
        remoteWakeIdle = new Draws(costs.remoteWakeIdleNs, random);
        remoteWakeBusy = new Draws(costs.remoteWakeBusyNs, random);
        preemptingSwitch =
                new Tempered(random, costs.switchHotNs, costs.switchWarmNs, costs.switchNs);
        workerStart =
                new Tempered(
                        random,
                        costs.workerStartWarmNs,
                        costs.workerStartWarmNs,
                        costs.workerStartNs);
        workerNext = new Draws(costs.workerNextNs, random);
        workerLeave =
                new Tempered(
                        random,
                        costs.workerLeaveWarmNs,
                        costs.workerLeaveWarmNs,
                        costs.workerLeaveNs);
        // In a burst nothing of a worker's bookkeeping: a short way in, and out by a switch.
        threadStart = new Draws(costs.workerStartWarmNs, random);
        threadLeave =
                new Tempered(
                        random, costs.switchHotNs, costs.workerLeaveWarmNs, costs.workerLeaveNs);
        leaveToIdleNs = costs.leaveToIdleNs;
        // Part of what was recorded of the task, so the recorded machine's.
        scheduleEntryNs = plan.recordedPaths.hotSwitchNs();
        // The target does what the waker does in a local wake.
        remoteActivateNs = PathCosts.usual(costs.wakeIdleNs);
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
    public long localWakeNs(boolean idle, long sinceNs) {
        return idle ? wakeIdle.next() : wake.next(sinceNs);
    }

    @Override
    @HotPath
    public long remoteWakeNs(boolean targetIdle) {
        return (targetIdle ? remoteWakeIdle : remoteWakeBusy).next();
    }

    @Override
    @HotPath
    public long remoteActivateNs() {
        return remoteActivateNs;
    }

    @Override
    @HotPath
    public long switchNs(long sinceNs) {
        return preemptingSwitch.next(sinceNs);
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
    public long threadLeaveNs(boolean toIdle) {
        return threadLeave.next() + (toIdle ? leaveToIdleNs : 0);
    }

    @Override
    public long scheduleEntryNs() {
        return scheduleEntryNs;
    }

    /** A path that costs less when it ran on the CPU shortly before. */
    private static final class Tempered {
        // By temperature.
        private final Draws[] draws = new Draws[Temperature.values().length];
        private long lastNs = Long.MIN_VALUE / 2;

        /** Where one distribution is empty, the next warmer one counts, or else the next colder. */
        private Tempered(SplittableRandom random, long[] hot, long[] warm, long[] cold) {
            long[] known = hot.length > 0 ? hot : warm.length > 0 ? warm : cold;
            int i = 0;
            for (long[] sorted : new long[][] {known, warm, cold}) {
                known = sorted.length > 0 ? sorted : known;
                draws[i++] = new Draws(known, random);
            }
        }

        @HotPath
        private long next() {
            long now = HostClock.nowNs();
            long sinceNs = now - lastNs;
            lastNs = now;
            return next(sinceNs);
        }

        @HotPath
        private long next(long sinceNs) {
            return draws[Temperature.after(sinceNs).ordinal()].next();
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
