package org.irqlab.kernel.irq.ipi;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What other CPUs want of this one: a lock-free list, taken whole.
 *
 * <p>Only the push that finds the list empty sends an interrupt.
 *
 * <p><b>Threads.</b> Any holder pushes; the owner takes. <b>Progress.</b> Push lock-free, take
 * wait-free.
 *
 * @see "Linux kernel/smp.c, call_single_queue; include/linux/llist.h"
 */
final class CallList {
    private static final VarHandle HEAD;

    static {
        try {
            HEAD = MethodHandles.lookup().findVarHandle(CallList.class, "head", CallNode.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    // Any thread, through HEAD.
    private CallNode head;

    /** Adds a node that is on no list; returns whether the list was empty. */
    @HotPath
    boolean push(CallNode node) {
        for (; ; ) {
            CallNode first = (CallNode) HEAD.getOpaque(this);
            node.next = first;
            // Releases the node's fields; pairs with the getAndSet of takeAll().
            if (HEAD.compareAndSet(this, first, node)) {
                return first == null;
            }
        }
    }

    @HotPath
    boolean isEmpty() {
        return HEAD.getOpaque(this) == null;
    }

    /** Returns the oldest node, linked to the younger ones, or null; the list is then empty. */
    @HotPath
    CallNode takeAll() {
        if (isEmpty()) {
            return null;
        }
        // Acquires what the pushes released; pairs with the compareAndSet of push().
        CallNode newest = (CallNode) HEAD.getAndSet(this, null);
        CallNode oldest = null;
        while (newest != null) {
            CallNode older = newest.next;
            newest.next = oldest;
            oldest = newest;
            newest = older;
        }
        return oldest;
    }
}
