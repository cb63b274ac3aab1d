package org.irqlab.kernel.sched.fair;

import org.irqlab.base.HotPath;

/**
 * The runnable entities but the current one, ordered by virtual deadline; equal deadlines keep the
 * order of insertion. Each node knows the least vruntime and the shortest slice below it, so that
 * the eligible entity with the earliest deadline is found in one descent.
 *
 * <p>An AVL tree with intrusive links: at most 17 levels for 4,000 entities in the worst case, the
 * same shape for the same history, nothing allocated. Linux keeps a red-black tree; only the order
 * matters, and that is the same. Loops are bounded by the height.
 */
final class DeadlineTree {
    private FairEntity root;
    private FairEntity leftmost;

    /** Returns the entity with the earliest deadline, or null. */
    FairEntity leftmost() {
        return leftmost;
    }

    /** Returns the shortest slice in the tree, or {@code Long.MAX_VALUE} if it is empty. */
    long minSliceNs() {
        return root == null ? Long.MAX_VALUE : root.minSliceNs;
    }

    /**
     * Returns the entity with the earliest deadline among those whose vruntime does not exceed
     * {@code limit}, or null.
     */
    @HotPath
    FairEntity firstEligible(long limit) {
        FairEntity first = leftmost;
        if (first == null || first.vruntime - limit <= 0) {
            return first;
        }
        FairEntity at = root;
        if (at.minVruntime - limit > 0) {
            return null;
        }
        // The subtree at hand holds an eligible entity: left if that side has one, else here, else
        // right.
        while (true) {
            FairEntity left = at.left;
            if (left != null && left.minVruntime - limit <= 0) {
                at = left;
            } else if (at.vruntime - limit <= 0) {
                return at;
            } else {
                at = at.right;
            }
        }
    }

    @HotPath
    void insert(FairEntity e) {
        FairEntity parent = null;
        FairEntity at = root;
        boolean toLeft = false;
        boolean first = true;
        while (at != null) {
            parent = at;
            toLeft = e.deadline - at.deadline < 0;
            first &= toLeft;
            at = toLeft ? at.left : at.right;
        }
        e.parent = parent;
        if (parent == null) {
            root = e;
        } else if (toLeft) {
            parent.left = e;
        } else {
            parent.right = e;
        }
        if (first) {
            leftmost = e;
        }
        repair(e);
    }

    @HotPath
    void remove(FairEntity e) {
        if (leftmost == e) {
            leftmost = e.right == null ? e.parent : least(e.right);
        }
        FairEntity from;
        if (e.left == null || e.right == null) {
            from = e.parent;
            replace(e, e.left == null ? e.right : e.left);
        } else {
            FairEntity next = least(e.right);
            if (next.parent == e) {
                from = next;
            } else {
                from = next.parent;
                replace(next, next.right);
                next.right = e.right;
                next.right.parent = next;
            }
            replace(e, next);
            next.left = e.left;
            next.left.parent = next;
        }
        e.parent = null;
        e.left = null;
        e.right = null;
        repair(from);
    }

    private static FairEntity least(FairEntity at) {
        FairEntity least = at;
        while (least.left != null) {
            least = least.left;
        }
        return least;
    }

    /** Hangs {@code by} (may be null) where {@code old} hangs. */
    private void replace(FairEntity old, FairEntity by) {
        FairEntity parent = old.parent;
        if (parent == null) {
            root = by;
        } else if (parent.left == old) {
            parent.left = by;
        } else {
            parent.right = by;
        }
        if (by != null) {
            by.parent = parent;
        }
    }

    /** Restores balance and minima from {@code at} up to the root. */
    private void repair(FairEntity from) {
        FairEntity at = from;
        while (at != null) {
            refresh(at);
            int lean = height(at.left) - height(at.right);
            if (lean > 1) {
                if (height(at.left.left) < height(at.left.right)) {
                    rotateLeft(at.left);
                }
                at = rotateRight(at);
            } else if (lean < -1) {
                if (height(at.right.right) < height(at.right.left)) {
                    rotateRight(at.right);
                }
                at = rotateLeft(at);
            }
            at = at.parent;
        }
    }

    private FairEntity rotateLeft(FairEntity down) {
        FairEntity up = down.right;
        replace(down, up);
        down.right = up.left;
        if (up.left != null) {
            up.left.parent = down;
        }
        up.left = down;
        down.parent = up;
        refresh(down);
        refresh(up);
        return up;
    }

    private FairEntity rotateRight(FairEntity down) {
        FairEntity up = down.left;
        replace(down, up);
        down.left = up.right;
        if (up.right != null) {
            up.right.parent = down;
        }
        up.right = down;
        down.parent = up;
        refresh(down);
        refresh(up);
        return up;
    }

    private static int height(FairEntity e) {
        return e == null ? 0 : e.height;
    }

    private static void refresh(FairEntity e) {
        int height = 0;
        long minVruntime = e.vruntime;
        long minSliceNs = e.sliceNs;
        FairEntity left = e.left;
        if (left != null) {
            height = left.height;
            minVruntime = earlier(minVruntime, left.minVruntime);
            minSliceNs = Math.min(minSliceNs, left.minSliceNs);
        }
        FairEntity right = e.right;
        if (right != null) {
            height = Math.max(height, right.height);
            minVruntime = earlier(minVruntime, right.minVruntime);
            minSliceNs = Math.min(minSliceNs, right.minSliceNs);
        }
        e.height = height + 1;
        e.minVruntime = minVruntime;
        e.minSliceNs = minSliceNs;
    }

    private static long earlier(long a, long b) {
        return a - b <= 0 ? a : b;
    }

    /** Returns the root, for the tests of order, balance and minima. */
    FairEntity root() {
        return root;
    }
}
