package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.lab.replay.PathCosts;

import java.util.SplittableRandom;

/**
 * The kernel's path costs as the capture shows them: a number for pure code, a draw from the
 * recorded distribution for paths through halt, IPI and idle exit.
 *
 * <p><b>Threads.</b> One CPU's holder.
 */
final class RecordedPaths implements PathModel {
    private final PathCosts costs;
    private final SplittableRandom random;

    RecordedPaths(PathCosts costs, long seed) {
        this.costs = costs;
        random = new SplittableRandom(seed);
    }

    @HotPath
    private long draw(long[] sorted) {
        return sorted == null || sorted.length == 0 ? 0 : sorted[random.nextInt(sorted.length)];
    }

    @Override
    public long softirqEntryNs(boolean inTask) {
        return inTask ? costs.raiseToSoftirqInTaskNs : costs.irqExitToSoftirqNs;
    }

    @Override
    public long softirqNextNs() {
        return costs.softirqToSoftirqNs;
    }

    @Override
    public long idleExitNs(boolean remoteWake) {
        return draw(remoteWake ? costs.remoteSwitchInNs : costs.idleExitNs);
    }

    @Override
    public long localWakeNs() {
        return costs.wakeNs;
    }

    @Override
    public long remoteWakeNs(boolean targetIdle) {
        return draw(targetIdle ? costs.remoteWakeIdleNs : costs.remoteWakeBusyNs);
    }

    @Override
    public long switchNs() {
        return costs.switchNs;
    }

    @Override
    public long workerStartNs() {
        return costs.workerStartNs;
    }

    @Override
    public long workerNextNs(boolean last) {
        return last ? costs.workerLeaveNs : costs.workerNextNs;
    }
}
