package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.FireOutcome;

import java.util.Map;
import java.util.TreeMap;

/** A GIC as one reads it in a manual: a table of interrupts and nothing concurrent. */
final class GicModel {
    static final long ANY_ONE = 1L << 31;
    static final int NOWHERE = -1;

    /** One interrupt, of one CPU if it is an SGI, a PPI or an LPI. */
    static final class Line {
        boolean latch;
        boolean input;
        boolean active;
        boolean enabled;
        boolean edge;
        int group;
        int priority;
        long route;
        int owner = NOWHERE;

        boolean pending() {
            return latch || !edge && input;
        }
    }

    final int cpus;
    final int priorityMask;
    final GicModelCpu[] cpu;
    final Map<Integer, Line> spis = new TreeMap<>();
    int control;
    byte[] lpiTable;

    GicModel(int cpus, GicSettings settings) {
        this.cpus = cpus;
        priorityMask = 0xff << 8 - settings.priorityBits() & 0xff;
        lpiTable = new byte[settings.lpis()];
        cpu = new GicModelCpu[cpus];
        for (int n = 0; n < cpus; n++) {
            cpu[n] = new GicModelCpu(this, n, Math.min(settings.priorityBits(), 7));
            for (int intid = 0; intid < 32; intid++) {
                var line = new Line();
                line.owner = n;
                line.edge = intid < 16;
                cpu[n].lines.put(intid, line);
            }
            for (int lpi = 0; lpi < settings.lpis(); lpi++) {
                var line = new Line();
                line.owner = n;
                line.edge = true;
                line.group = 1;
                cpu[n].lines.put(8192 + lpi, line);
            }
        }
        for (int intid = 32; intid < 32 + settings.spis(); intid++) {
            spis.put(intid, new Line());
        }
    }

    /** The interrupt that a CPU means by this number, or null. */
    Line line(int cpu, int intid) {
        Line own = this.cpu[cpu].lines.get(intid);
        return own != null ? own : spis.get(intid);
    }

    int target(int intid, Line line) {
        if (line.owner != NOWHERE) {
            return line.owner;
        }
        if ((line.route & ANY_ONE) == 0) {
            return line.route < cpus ? (int) line.route : NOWHERE;
        }
        int[] takers = new int[cpus];
        int count = 0;
        for (int n = 0; n < cpus; n++) {
            boolean takes =
                    cpu[n].enabled[line.group] && !cpu[n].excluded[line.group] && !cpu[n].asleep;
            if (takes) {
                takers[count++] = n;
            }
        }
        return count == 0 ? NOWHERE : takers[intid % count];
    }

    private boolean forwarded(Line line) {
        return (control >> line.group & 1) != 0;
    }

    boolean eligible(int cpu, int intid, Line line) {
        return line.pending()
                && line.enabled
                && !line.active
                && forwarded(line)
                && this.cpu[cpu].enabled[line.group]
                && !this.cpu[cpu].asleep
                && target(intid, line) == cpu;
    }

    /** The most urgent eligible interrupt, of equals the one with the lowest number; or -1. */
    int highest(int cpu) {
        int best = -1;
        var all = new TreeMap<>(this.cpu[cpu].lines);
        all.putAll(spis);
        for (var entry : all.entrySet()) {
            Line line = entry.getValue();
            boolean better = best < 0 || line.priority < all.get(best).priority;
            if (better && eligible(cpu, entry.getKey(), line)) {
                best = entry.getKey();
            }
        }
        return best;
    }

    private FireOutcome outcome(Line line, boolean pendingBefore) {
        if (line.enabled && forwarded(line)) {
            return pendingBefore ? FireOutcome.COALESCED : FireOutcome.LATCHED;
        }
        return pendingBefore ? FireOutcome.COALESCED_MASKED : FireOutcome.PENDED_MASKED;
    }

    FireOutcome latch(Line line) {
        boolean before = line.pending();
        line.latch = true;
        return outcome(line, before);
    }

    FireOutcome raise(Line line) {
        boolean covered = line.pending() || line.input;
        line.latch |= line.edge && !line.input;
        line.input = true;
        return outcome(line, covered);
    }

    boolean lower(Line line) {
        boolean before = line.pending();
        line.input = false;
        return before && !line.pending();
    }

    boolean clearLatch(Line line) {
        boolean before = line.pending();
        line.latch = false;
        return before && !line.pending();
    }

    FireOutcome sgi(int cpu, int intid, int group) {
        if (cpu >= cpus) {
            return FireOutcome.DROPPED_NO_TARGET;
        }
        Line line = line(cpu, intid);
        return line.group == group ? latch(line) : FireOutcome.DROPPED_DISABLED;
    }

    FireOutcome trigger(int cpu, int lpi) {
        return this.cpu[cpu].lpisEnabled ? latch(line(cpu, lpi)) : FireOutcome.DROPPED_DISABLED;
    }

    void invalidate(int cpu, int lpi) {
        int configured = lpiTable[lpi - 8192];
        line(cpu, lpi).priority = configured & 0xfc & priorityMask;
        line(cpu, lpi).enabled = (configured & 1) != 0;
    }
}
