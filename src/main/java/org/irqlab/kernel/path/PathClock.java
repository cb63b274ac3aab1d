package org.irqlab.kernel.path;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.VirtualCpu;

/**
 * Where the kernel path that a CPU is on began, and the burning of what is left of it.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton only; everything is plain.
 */
public final class PathClock {
    private final VirtualCpu hw;
    private final OwnCodeShare ownCode = new OwnCodeShare();

    // Holder only.
    private long markNs;
    private long aheadNs;
    private long pathEndNs;
    private long wakingNs;

    public PathClock(VirtualCpu hw) {
        this.hw = hw;
    }

    /** A tracepoint is passed: a path ends, and the next begins. Returns the tracepoint's time. */
    @HotPath
    public long mark(long nowNs) {
        if (aheadNs > 0) {
            markNs = Math.max(nowNs, markNs + aheadNs);
            pathEndNs = markNs;
            aheadNs = 0;
        } else {
            markNs = nowNs;
            ownCode.passed(nowNs);
        }
        return markNs;
    }

    /**
     * The next event has the time at which a path of {@code pathNs} ends, 0 for none, that began at
     * the last tracepoint; {@link #awaitPathEnd} waits for it.
     */
    @HotPath
    public void aheadOfPath(long pathNs) {
        aheadNs = pathNs;
    }

    /** Spends what is left of the path whose event came ahead of its end, if any. */
    @HotPath
    public void awaitPathEnd() {
        if (pathEndNs != 0) {
            hw.burnUntil(pathEndNs);
            pathEndNs = 0;
        }
    }

    /** Returns when this CPU last passed a tracepoint; the start of a kernel path. */
    @HotPath
    public long markNs() {
        return markNs;
    }

    /** The tracepoint just passed is that of a wake's begin. */
    @HotPath
    public void markWaking() {
        wakingNs = markNs;
    }

    /** Returns when this CPU last began to wake a task, as the tracepoint has it. */
    @HotPath
    public long wakingNs() {
        return wakingNs;
    }

    /**
     * Burns what is left of a kernel path of {@code pathNs} that began at the last tracepoint and
     * ends at the next one.
     */
    @HotPath
    public void burnPath(KernelPath path, long pathNs) {
        long endNs = markNs + pathNs;
        if (pathNs > 0) {
            boolean late = !hw.burnUntil(endNs - ownCode.shareNs(path));
            ownCode.burnt(path, endNs, late);
        }
    }

    /**
     * Spends time until the current task, which then goes to sleep, has spent {@code costNs} since
     * {@code originNs}, less what irqlab's own code on the way to that switch takes.
     *
     * @return the origin, as {@link VirtualCpu#burnTowards} moves it
     */
    @HotPath
    public long burnToSleep(long originNs, long costNs) {
        return burnToEnd(KernelPath.SLEEP, originNs, costNs);
    }

    /**
     * The same up to the tracepoint that ends {@code path}.
     *
     * @return the origin, as {@link VirtualCpu#burnTowards} moves it
     */
    @HotPath
    public long burnToEnd(KernelPath path, long originNs, long costNs) {
        long burnNs = costNs - ownCode.shareNs(path);
        boolean late = HostClock.nowNs() >= originNs + burnNs;
        long origin = hw.burnTowards(originNs, burnNs);
        ownCode.burnt(path, origin + costNs, late);
        return origin;
    }

    /** A kernel path begins, where no tracepoint tells. */
    @HotPath
    public void beginPath(long nowNs) {
        markNs = nowNs;
    }
}
