package org.irqlab.kernel.workqueue;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;

/**
 * Work items in order, linked through the items themselves.
 *
 * <p>An item with LINKED and its successor are moved together.
 *
 * <p><b>Threads.</b> Guarded by the pool's lock.
 */
final class WorkList {
    private final PoolChecks checks;
    private WorkItem first;
    private WorkItem last;

    WorkList(PoolChecks checks) {
        this.checks = checks;
    }

    WorkItem first() {
        return first;
    }

    boolean isEmpty() {
        return first == null;
    }

    @HotPath
    void append(WorkItem item) {
        insertAfter(last, item);
    }

    /** Inserts {@code item} behind {@code before}, or in front of all when that is null. */
    @HotPath
    void insertAfter(WorkItem before, WorkItem item) {
        if (Checks.ON && !checks.invariant(item.list == null, "work item on two lists")) {
            return;
        }
        WorkItem behind = before == null ? first : before.next;
        item.list = this;
        item.previous = before;
        item.next = behind;
        if (before == null) {
            first = item;
        } else {
            before.next = item;
        }
        if (behind == null) {
            last = item;
        } else {
            behind.previous = item;
        }
    }

    @HotPath
    void remove(WorkItem item) {
        if (Checks.ON
                && !checks.invariant(
                        item.list == this, "work item removed from a list it is not on")) {
            return;
        }
        if (item.previous == null) {
            first = item.next;
        } else {
            item.previous.next = item.next;
        }
        if (item.next == null) {
            last = item.previous;
        } else {
            item.next.previous = item.previous;
        }
        item.list = null;
        item.next = null;
        item.previous = null;
    }

    /** Moves {@code item}, and what is linked behind it, to the end of {@code to}. */
    @HotPath
    void moveLinked(WorkItem item, WorkList to) {
        WorkItem moving = item;
        boolean more;
        do {
            if (Checks.ON && !checks.invariant(moving != null, "LINKED without a successor")) {
                return;
            }
            WorkItem following = moving.next;
            more = moving.has(WorkItem.LINKED);
            remove(moving);
            to.append(moving);
            moving = following;
        } while (more);
    }
}
