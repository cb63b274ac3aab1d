package org.irqlab.kernel.locking;

import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskLocks;

import java.util.ArrayList;
import java.util.List;

/**
 * The locks of one task, and of interrupts on top of it, in the order in which they were taken.
 *
 * <p><b>Threads.</b> The holder of the CPU on which the task runs.
 *
 * @see "Linux include/linux/sched.h, held_locks; MAX_LOCK_DEPTH"
 */
final class HeldLocks extends TaskLocks {
    /** Most locks held at once. */
    static final int MOST = 48;

    private final LockClass[] types = new LockClass[MOST];
    private final Object[] locks = new Object[MOST];
    private final LockMode[] modes = new LockMode[MOST];
    private final boolean[] tried = new boolean[MOST];
    private final int[] contexts = new int[MOST];

    private HeldLocks() {}

    /** Returns the book of {@code task}, which runs, or which has locks. */
    static HeldLocks of(Task task) {
        if (task.locks() instanceof HeldLocks held) {
            return held;
        }
        var held = new HeldLocks();
        task.setLocks(held);
        return held;
    }

    LockClass type(int index) {
        return types[index];
    }

    LockMode mode(int index) {
        return modes[index];
    }

    /** Whether the lock was got without waiting: then nothing was learnt of what came before. */
    boolean tried(int index) {
        return tried[index];
    }

    /** Returns 0 for task context, 1 for softirq, 2 for hardirq, 3 for NMI. */
    int context(int index) {
        return contexts[index];
    }

    /** Returns whether there was room. */
    boolean push(LockClass type, Object lock, LockMode mode, boolean tryLock, int context) {
        int at = depth();
        if (at == MOST) {
            return false;
        }
        types[at] = type;
        locks[at] = lock;
        modes[at] = mode;
        tried[at] = tryLock;
        contexts[at] = context;
        setDepth(at + 1);
        return true;
    }

    /** Returns the place of the youngest entry for {@code lock}, or −1. */
    int find(Object lock) {
        int at = depth() - 1;
        while (at >= 0 && locks[at] != lock) {
            at--;
        }
        return at;
    }

    void remove(int index) {
        int last = depth() - 1;
        for (int at = index; at < last; at++) {
            types[at] = types[at + 1];
            locks[at] = locks[at + 1];
            modes[at] = modes[at + 1];
            tried[at] = tried[at + 1];
            contexts[at] = contexts[at + 1];
        }
        locks[last] = null;
        setDepth(last);
    }

    @Override
    public List<String> held() {
        return lines(0);
    }

    @Override
    public List<String> drop(int depth) {
        var lines = lines(depth);
        while (depth() > depth) {
            remove(depth() - 1);
        }
        return lines;
    }

    private List<String> lines(int from) {
        var lines = new ArrayList<String>();
        for (int at = from; at < depth(); at++) {
            lines.add(" #%d: (%s){%s}".formatted(at, types[at].name, modes[at]));
        }
        return lines;
    }
}
