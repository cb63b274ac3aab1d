package org.irqlab.kernel.sched.fair;

import org.irqlab.base.HotPath;

/**
 * The entities that compete on one CPU, in virtual time: who they are, where a new one is placed,
 * what lag a leaving one takes along, and which is best. Charges nobody and requests nothing; that
 * is {@link FairQueue}.
 */
final class FairTimeline {
    private final DeadlineTree tree = new DeadlineTree();
    private final VirtualTime time;
    private final SliceProtection protection;
    private final long baseSliceNs;
    private final long tickNs;

    // Not in the tree, even while it counts.
    private FairEntity current;
    private int nr;
    private int nrDelayed;
    private int nrIdlePolicy;

    FairTimeline(SliceProtection protection, long baseSliceNs, long tickNs, long virtualTime) {
        this.time = new VirtualTime(virtualTime);
        this.protection = protection;
        this.baseSliceNs = baseSliceNs;
        this.tickNs = tickNs;
    }

    /** {@code pick_eevdf}; something is on the queue. A tie of deadlines goes to the tree. */
    @HotPath
    FairEntity best(boolean honourProtection) {
        FairEntity c = current != null && current.onQueue ? current : null;
        if (nr == 1) {
            return c != null ? c : tree.leftmost();
        }
        long now = time.advance(current);
        if (c != null && c.vruntime - now > 0) {
            c = null;
        }
        if (c != null && honourProtection && protection.holds(c)) {
            return c;
        }
        FairEntity first = tree.firstEligible(now);
        return first == null || (c != null && c.deadline - first.deadline < 0) ? c : first;
    }

    /** {@code place_entity}: gives an entity that is about to join its vruntime and deadline. */
    @HotPath
    void place(FairEntity e, EnqueueKind kind) {
        refreshSlice(e);
        long lag = 0;
        if (nr > 0) {
            // Inflated so that the lag is vlag once the entity itself counts in V. The kernel
            // divides vlag * (weight + own); the whole part is taken out so that nothing overflows.
            lag = e.vlag + e.vlag * e.weight / time.weight(current);
        }
        e.vruntime = time.advance(current) - lag;
        if (e.relativeDeadline) {
            e.deadline += e.vruntime;
            e.relativeDeadline = false;
            return;
        }
        long virtualSlice = e.virtualNs(e.sliceNs);
        e.deadline = e.vruntime + (kind == EnqueueKind.INITIAL ? virtualSlice / 2 : virtualSlice);
    }

    /** {@code update_entity_lag}: the lag that is carried along has a limit. */
    @HotPath
    void saveLag(FairEntity e) {
        long limit = e.virtualNs(Math.max(2 * e.sliceNs, tickNs));
        e.vlag = Math.clamp(time.advance(current) - e.vruntime, -limit, limit);
    }

    @HotPath
    void join(FairEntity e) {
        insert(e);
        e.onQueue = true;
        count(e, 1);
    }

    @HotPath
    void leave(FairEntity e) {
        if (e != current) {
            remove(e);
        }
        e.onQueue = false;
        count(e, -1);
    }

    /**
     * Zeroes the lag of an entity that counts, and places it anew among the others. There are
     * others, for alone it would have no lag.
     */
    @HotPath
    void placeAnew(FairEntity e) {
        e.vlag = 0;
        if (e == current) {
            place(e, EnqueueKind.WAKEUP);
            return;
        }
        remove(e);
        place(e, EnqueueKind.WAKEUP);
        insert(e);
    }

    void markDelayed(FairEntity e) {
        e.delayed = true;
        nrDelayed++;
    }

    void clearDelayed(FairEntity e) {
        e.delayed = false;
        nrDelayed--;
    }

    /** Takes {@code e} out of the tree and protects its slice, unless it is asleep already. */
    @HotPath
    void makeCurrent(FairEntity e) {
        if (e.onQueue) {
            remove(e);
            protection.start(e, tree.minSliceNs());
        }
        current = e;
    }

    /** Puts the current entity back into the tree, unless it is asleep. */
    @HotPath
    void putCurrent() {
        FairEntity prev = current;
        if (prev != null && prev.onQueue) {
            insert(prev);
        }
        current = null;
    }

    void refreshSlice(FairEntity e) {
        if (!e.customSlice) {
            e.sliceNs = baseSliceNs;
        }
    }

    boolean eligible(FairEntity e) {
        return time.eligible(e, current);
    }

    long virtualTime() {
        return time.value(current);
    }

    long weight() {
        return time.weight(current);
    }

    long minSliceOfOthersNs() {
        return tree.minSliceNs();
    }

    FairEntity current() {
        return current;
    }

    int nr() {
        return nr;
    }

    int nrDelayed() {
        return nrDelayed;
    }

    int nrIdlePolicy() {
        return nrIdlePolicy;
    }

    private void count(FairEntity e, int by) {
        nr += by;
        nrDelayed += e.delayed ? by : 0;
        nrIdlePolicy += e.policy == FairPolicy.IDLE ? by : 0;
    }

    private void insert(FairEntity e) {
        time.add(e);
        tree.insert(e);
    }

    private void remove(FairEntity e) {
        time.remove(e);
        tree.remove(e);
    }
}
