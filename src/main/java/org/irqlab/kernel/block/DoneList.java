package org.irqlab.kernel.block;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Requests that one CPU has to complete: a lock-free list, taken whole.
 *
 * <p>Only the push that finds the list empty has to tell the CPU.
 *
 * <p><b>Threads.</b> Any holder pushes, the owner takes. <b>Progress.</b> Push lock-free, take
 * wait-free. <b>Memory ordering.</b> What was written before a push is visible after the take.
 *
 * @see "Linux include/linux/llist.h; block/blk-mq.c, blk_cpu_done"
 */
final class DoneList {
    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(DoneList.class, "head", BlockRequest.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Any thread, through HEAD.
    private BlockRequest head;

    /** Adds a request; returns whether the list was empty. */
    @HotPath
    boolean push(BlockRequest request) {
        while (true) {
            var first = (BlockRequest) HEAD.getOpaque(this);
            request.next = first;
            // Releases the request; pairs with the exchange of takeAll().
            if (HEAD.compareAndSet(this, first, request)) {
                return first == null;
            }
        }
    }

    /** Returns the oldest request, linked to the younger ones, or null; the list is then empty. */
    @HotPath
    BlockRequest takeAll() {
        var newest = (BlockRequest) HEAD.getAndSet(this, null);
        BlockRequest oldest = null;
        while (newest != null) {
            BlockRequest older = newest.next;
            newest.next = oldest;
            oldest = newest;
            newest = older;
        }
        return oldest;
    }
}
