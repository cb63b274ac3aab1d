package org.irqlab.hw.intc.gicv3;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** One CPU of the model: its own interrupts, its mask, and what it has in service. */
final class GicModelCpu {
    final Map<Integer, GicModel.Line> lines = new TreeMap<>();
    final boolean[] enabled = new boolean[2];
    final boolean[] excluded = new boolean[2];
    boolean asleep = true;
    boolean lpisEnabled;
    boolean common;
    boolean split;
    int pmr;
    final int[] binaryPoint = new int[2];

    /** Active priorities of each group. */
    final TreeSet<Integer> activePriorities = new TreeSet<>();

    final Map<Integer, Integer> groupOf = new TreeMap<>();

    /** Acknowledged and not ended, the last one first. */
    final ArrayDeque<Integer> order = new ArrayDeque<>();

    int endErrors;
    boolean committed;

    private final GicModel gic;
    private final int number;
    private final int minimum;

    GicModelCpu(GicModel gic, int number, int preemptionBits) {
        this.gic = gic;
        this.number = number;
        minimum = 7 - preemptionBits;
        binaryPoint[0] = minimum;
        binaryPoint[1] = minimum + 1;
    }

    int readBinaryPoint(int group) {
        return group == 1 && common ? Math.min(binaryPoint[0] + 1, 7) : binaryPoint[group];
    }

    void writeBinaryPoint(int group, int value) {
        if (group == 0 || !common) {
            binaryPoint[group] = Math.max(value, minimum + group);
        }
    }

    /** The part of a priority that preempts: everything left of the binary point. */
    private int groupPriority(int priority, int group) {
        int point = group == 0 || common ? binaryPoint[0] : binaryPoint[1] - 1;
        return point == 7 ? 0 : priority >> point + 1 << point + 1;
    }

    int running() {
        return activePriorities.isEmpty() ? 0xff : activePriorities.first();
    }

    boolean signals(int group) {
        int intid = gic.highest(number);
        if (intid < 0) {
            return false;
        }
        GicModel.Line line = gic.line(number, intid);
        return line.group == group
                && line.priority < pmr
                && (activePriorities.isEmpty()
                        || groupPriority(line.priority, group) < groupPriority(running(), group));
    }

    int highestPending(int group) {
        int intid = gic.highest(number);
        return intid >= 0 && gic.line(number, intid).group == group ? intid : 1023;
    }

    int acknowledge(int group) {
        if (!signals(group)) {
            return 1023;
        }
        int intid = gic.highest(number);
        GicModel.Line line = gic.line(number, intid);
        line.latch = false;
        line.active = intid < 8192;
        int priority = groupPriority(line.priority, group);
        activePriorities.add(priority);
        groupOf.put(priority, group);
        order.push(intid);
        committed = false;
        return intid;
    }

    void end(int group, int intid) {
        if (intid >= 1020 && intid <= 1023) {
            return;
        }
        if (activePriorities.isEmpty() || groupOf.get(running()) != group) {
            endErrors++;
            return;
        }
        activePriorities.pollFirst();
        if (order.peek() == intid) {
            order.pop();
        } else {
            endErrors++;
            if (!order.remove((Integer) intid)) {
                order.pop();
            }
        }
        if (!split) {
            gic.line(number, intid).active = false;
        }
    }

    void dir(int intid) {
        if (intid >= 1020) {
            return;
        }
        GicModel.Line line = gic.line(number, intid);
        if (!split || !line.active) {
            endErrors++;
            return;
        }
        line.active = false;
    }
}
