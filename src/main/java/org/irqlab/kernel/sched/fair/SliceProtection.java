package org.irqlab.kernel.sched.fair;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.fair.FairProfile.Protection;

/**
 * Protects the running entity, while it is eligible, from entities with earlier deadlines
 * (RUN_TO_PARITY), by one of the two rules Linux has had.
 */
final class SliceProtection {
    private final boolean byStamp;

    SliceProtection(FairProfile profile) {
        this.byStamp = profile.protection == Protection.DEADLINE_STAMP;
    }

    /**
     * Starts the protection of {@code e}, which is being switched in: for its slice, or with marks
     * for the shortest slice of the queue if that is shorter.
     *
     * @param minSliceNs shortest slice of the others
     */
    @HotPath
    void start(FairEntity e, long minSliceNs) {
        e.protection = e.deadline;
        if (!byStamp) {
            shorten(e, minSliceNs);
        }
    }

    /** Returns whether {@code e}, the current entity, is protected. */
    @HotPath
    boolean holds(FairEntity e) {
        return byStamp ? e.protection == e.deadline : e.vruntime - e.protection < 0;
    }

    /** Ends the protection. */
    void cancel(FairEntity e) {
        if (holds(e)) {
            e.protection = byStamp ? e.deadline + 1 : e.vruntime;
        }
    }

    /** Marks only: lets the protection end {@code minSliceNs} from now, if that is shorter. */
    void shorten(FairEntity e, long minSliceNs) {
        if (minSliceNs < e.sliceNs) {
            long mark = e.vruntime + e.virtualNs(minSliceNs);
            if (mark - e.protection < 0) {
                e.protection = mark;
            }
        }
    }
}
