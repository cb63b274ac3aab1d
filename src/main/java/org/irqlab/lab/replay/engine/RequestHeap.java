package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.hw.cpu.PolledDevice;

/**
 * Requests on their way to devices, by completion time: a binary heap over flat arrays.
 *
 * <p><b>Threads.</b> The holder of one CPU's baton.
 */
final class RequestHeap {
    private final long[] dueNs;
    private final Run[] runs;
    private int size;

    RequestHeap(int capacity) {
        dueNs = new long[capacity];
        runs = new Run[capacity];
    }

    /** Returns when the first completes, or NEVER. */
    @HotPath
    long firstNs() {
        return size == 0 ? PolledDevice.NEVER : dueNs[0];
    }

    /** Adds one; {@code false} when the heap is full. */
    @HotPath
    boolean add(long ns, Run run) {
        if (size == dueNs.length) {
            return false;
        }
        int at = size++;
        while (at > 0) {
            int up = (at - 1) >> 1;
            if (dueNs[up] <= ns) {
                break;
            }
            dueNs[at] = dueNs[up];
            runs[at] = runs[up];
            at = up;
        }
        dueNs[at] = ns;
        runs[at] = run;
        return true;
    }

    /** Removes and returns the first. */
    @HotPath
    Run remove() {
        Run first = runs[0];
        size--;
        long ns = dueNs[size];
        Run moved = runs[size];
        runs[size] = null;
        int at = 0;
        while (2 * at + 1 < size) {
            int child = 2 * at + 1;
            if (child + 1 < size && dueNs[child + 1] < dueNs[child]) {
                child++;
            }
            if (dueNs[child] >= ns) {
                break;
            }
            dueNs[at] = dueNs[child];
            runs[at] = runs[child];
            at = child;
        }
        if (size > 0) {
            dueNs[at] = ns;
            runs[at] = moved;
        }
        return first;
    }

    boolean isEmpty() {
        return size == 0;
    }
}
