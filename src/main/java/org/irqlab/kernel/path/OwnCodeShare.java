package org.irqlab.kernel.path;

import org.irqlab.base.HotPath;

/**
 * How much of each kernel path is irqlab's own code behind the point at which the path's time is
 * burnt. That code stands for a part of the path, so that so much less is burnt; it is learnt on
 * the way, from the stamps of the tracepoints that end the paths.
 *
 * <p><b>Threads.</b> The holder of one CPU's baton.
 */
public final class OwnCodeShare {
    /** Each path that ends moves the estimate by this part of the difference. */
    private static final int INERTIA_SHIFT = 4;

    /** More than irqlab's own code takes: an interrupt or the host came between. */
    private static final long MOST_NS = 5_000;

    private final long[] shareNs = new long[KernelPath.values().length];
    private int open = -1;
    private long openUntilNs;

    /**
     * The path is burnt up to irqlab's own share of it, and is to end at {@code untilNs}.
     *
     * @param late it was late before: its lateness is not this code's
     */
    @HotPath
    public void burnt(KernelPath path, long untilNs, boolean late) {
        open = late ? -1 : path.ordinal();
        openUntilNs = untilNs;
    }

    /** Returns how much of the path irqlab's own code has been, ns. */
    public long shareNs(KernelPath path) {
        return shareNs[path.ordinal()];
    }

    /** A tracepoint was passed at {@code nowNs}: it ends the path that has begun, if any has. */
    @HotPath
    public void passed(long nowNs) {
        if (open < 0) {
            return;
        }
        long lateNs = nowNs - openUntilNs;
        if (lateNs > -MOST_NS && lateNs < MOST_NS) {
            long share = shareNs[open] + (lateNs >> INERTIA_SHIFT);
            shareNs[open] = Math.clamp(share, 0, MOST_NS);
        }
        open = -1;
    }
}
