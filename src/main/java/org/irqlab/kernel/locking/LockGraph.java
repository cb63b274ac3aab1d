package org.irqlab.kernel.locking;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Which class of locks was taken while which was held, where each was used, and what that proves.
 *
 * <pre>
 *   edge A -> B        B was waited for with A held
 *   its kinds          A held exclusively or shared (E, S); B taken by a recursive reader or not (R, N)
 *   strong path        has no edge to an R followed by one from an S: a recursive reader that waits
 *                      for a lock which is held shared does not wait
 *   circle             a strong path back to where it began: tasks that wait for each other
 *   interrupt edge     V -> U for U used in an interrupt and V held while that interrupt may come:
 *                      its handler waits for U on top of whoever holds V
 * </pre>
 *
 * An edge or a use that would close a circle is refused, so that the graph stays without one and
 * what is found later is a finding of its own.
 *
 * <p><b>Threads.</b> {@link #knows} by any, may be late; the rest by one thread at a time.
 *
 * @see "Linux Documentation/locking/lockdep-design.rst, recursive read deadlock detection"
 */
final class LockGraph {
    // Kinds of one edge, as a set.
    private static final int SHARED_RECURSIVE = 1;
    private static final int EXCLUSIVE_RECURSIVE = 2;
    private static final int SHARED_NORMAL = 4;
    private static final int EXCLUSIVE_NORMAL = 8;
    private static final int FROM_EXCLUSIVE = EXCLUSIVE_RECURSIVE | EXCLUSIVE_NORMAL;
    private static final int TO_NORMAL = SHARED_NORMAL | EXCLUSIVE_NORMAL;

    /** What an edge or a use would prove. */
    enum Kind {
        CIRCLE,
        INVERSION,
        INCONSISTENT
    }

    /**
     * @param path class numbers; of a circle, the first follows the last
     */
    record Finding(Kind kind, List<Integer> path) {}

    private interface Goal {
        boolean reached(int node, boolean weak);
    }

    private final int most;
    private final byte[] known;
    private final byte[] refused;
    private final int[] uses;
    private final int[] refusedUses;
    private int count;

    LockGraph(int most) {
        this.most = most;
        known = new byte[most * most];
        refused = new byte[most * most];
        uses = new int[most];
        refusedUses = new int[most];
    }

    /** Adds a class; returns its number, or −1 if there is no room. */
    int add() {
        return count == most ? -1 : count++;
    }

    private static int kind(LockMode from, LockMode to) {
        int exclusive = from == LockMode.WRITE ? 1 : 0;
        int normal = to == LockMode.READ_RECURSIVE ? 0 : 2;
        return 1 << exclusive + normal;
    }

    /** Returns whether the edge is in the graph: nothing to do. */
    boolean knows(int from, LockMode fromMode, int to, LockMode toMode) {
        return (known[from * most + to] & kind(fromMode, toMode)) != 0;
    }

    boolean refused(int from, LockMode fromMode, int to, LockMode toMode) {
        return (refused[from * most + to] & kind(fromMode, toMode)) != 0;
    }

    boolean knowsUse(int node, int use) {
        return (uses[node] & use) != 0;
    }

    boolean refusedUse(int node, int use) {
        return (refusedUses[node] & use) != 0;
    }

    /** Adds an edge between two classes; returns why it may not be, or null. */
    Finding edge(int from, LockMode fromMode, int to, LockMode toMode) {
        Finding finding = judge(from, fromMode, to, toMode);
        byte[] where = finding == null ? known : refused;
        where[from * most + to] |= (byte) kind(fromMode, toMode);
        return finding;
    }

    private Finding judge(int from, LockMode fromMode, int to, LockMode toMode) {
        boolean exclusive = fromMode == LockMode.WRITE;
        boolean recursive = toMode == LockMode.READ_RECURSIVE;
        var loop = forward(to, recursive, (at, weak) -> at == from && (exclusive || !weak));
        if (loop != null) {
            return new Finding(Kind.CIRCLE, loop);
        }
        for (LockUse.Interrupt irq : LockUse.Interrupt.values()) {
            var used = backward(from, !exclusive, (at, weak) -> usedIn(at, irq, weak));
            var open = forward(to, recursive, (at, weak) -> heldOpen(at, irq, weak));
            if (used != null && open != null) {
                var path = new ArrayList<>(used);
                path.addAll(open);
                return new Finding(Kind.INVERSION, path);
            }
        }
        return null;
    }

    /** Adds a use of a class; returns why it may not be, or null. */
    Finding use(int node, LockUse.Interrupt irq, boolean usedIn, boolean read) {
        Finding finding = usedIn ? judgeUsed(node, irq, read) : judgeOpen(node, irq, read);
        int[] where = finding == null ? uses : refusedUses;
        where[node] |= LockUse.bit(irq, usedIn, read);
        return finding;
    }

    private Finding judgeUsed(int node, LockUse.Interrupt irq, boolean read) {
        if (heldOpen(node, irq, read)) {
            return new Finding(Kind.INCONSISTENT, List.of(node));
        }
        return inversion(forward(node, read, (at, weak) -> heldOpen(at, irq, weak)));
    }

    private Finding judgeOpen(int node, LockUse.Interrupt irq, boolean read) {
        if (usedIn(node, irq, read)) {
            return new Finding(Kind.INCONSISTENT, List.of(node));
        }
        return inversion(backward(node, read, (at, weak) -> usedIn(at, irq, weak)));
    }

    private static Finding inversion(List<Integer> path) {
        return path == null ? null : new Finding(Kind.INVERSION, path);
    }

    /** Whether an interrupt takes {@code node} in a way that goes on with what leaves it. */
    private boolean usedIn(int node, LockUse.Interrupt irq, boolean weak) {
        return (uses[node] & LockUse.bit(irq, true, false)) != 0
                || !weak && (uses[node] & LockUse.bit(irq, true, true)) != 0;
    }

    /** Whether {@code node} is held with the interrupt on, in a way that stops what comes to it. */
    private boolean heldOpen(int node, LockUse.Interrupt irq, boolean weak) {
        return (uses[node] & LockUse.bit(irq, false, false)) != 0
                || !weak && (uses[node] & LockUse.bit(irq, false, true)) != 0;
    }

    /** A strong path that begins at {@code from}; weak: come to by recursive readers only. */
    private List<Integer> forward(int from, boolean weak, Goal goal) {
        return search(from, weak, true, goal);
    }

    /** A strong path that ends at {@code to}; weak: left shared only. */
    private List<Integer> backward(int to, boolean weak, Goal goal) {
        var path = search(to, weak, false, goal);
        if (path != null) {
            Collections.reverse(path);
        }
        return path;
    }

    private List<Integer> search(int start, boolean startWeak, boolean forward, Goal goal) {
        int[] parent = new int[2 * count];
        Arrays.fill(parent, -2);
        var open = new ArrayDeque<Integer>();
        int first = state(start, startWeak);
        parent[first] = -1;
        open.add(first);
        while (!open.isEmpty()) {
            int at = open.remove();
            int node = at >> 1;
            boolean weak = (at & 1) != 0;
            if (goal.reached(node, weak)) {
                return trace(at, parent);
            }
            for (int next = 0; next < count; next++) {
                int kinds = known[forward ? node * most + next : next * most + node];
                if (weak) {
                    kinds &= forward ? FROM_EXCLUSIVE : TO_NORMAL;
                }
                if (kinds == 0) {
                    continue;
                }
                int reached = state(next, (kinds & (forward ? TO_NORMAL : FROM_EXCLUSIVE)) == 0);
                if (parent[reached] == -2) {
                    parent[reached] = at;
                    open.add(reached);
                }
            }
        }
        return null;
    }

    private static int state(int node, boolean weak) {
        return 2 * node + (weak ? 1 : 0);
    }

    private static List<Integer> trace(int last, int[] parent) {
        var path = new ArrayList<Integer>();
        for (int at = last; at >= 0; at = parent[at]) {
            path.add(at >> 1);
        }
        Collections.reverse(path);
        return path;
    }
}
