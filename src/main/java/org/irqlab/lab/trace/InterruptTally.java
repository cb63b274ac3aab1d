package org.irqlab.lab.trace;

import org.agrona.collections.Long2LongHashMap;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/** Counts interrupts, softirqs and interrupt vectors by CPU. */
final class InterruptTally {
    private static final String[] SOFTIRQ_NAMES = {
        "HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"
    };

    /** Counts by CPU; grows with the highest CPU. */
    private static final class PerCpu {
        private long[] counts = new long[4];
        private long total;

        void add(int cpu) {
            if (cpu >= counts.length) {
                counts = Arrays.copyOf(counts, Math.max(cpu + 1, counts.length * 2));
            }
            counts[cpu]++;
            total++;
        }

        long[] upTo(int cpus) {
            return Arrays.copyOf(counts, cpus);
        }
    }

    private static final class Softirq {
        final PerCpu runs = new PerCpu();
        final PerCpu raisedInInterrupt = new PerCpu();
        final PerCpu raisedOutside = new PerCpu();

        boolean seen() {
            return runs.total + raisedInInterrupt.total + raisedOutside.total > 0;
        }
    }

    private static final class Vector {
        final PerCpu runs = new PerCpu();
        int number;
    }

    /** By irq number and action name: a shared line has several actions. */
    private final Long2ObjectHashMap<PerCpu> irqs = new Long2ObjectHashMap<>();

    private final Long2LongHashMap unhandled = new Long2LongHashMap(0);
    private final Softirq[] softirqs = new Softirq[SOFTIRQ_NAMES.length];

    /** By the kind of their entry. */
    private final Vector[] vectors = new Vector[EventKind.values().length];

    InterruptTally() {
        Arrays.setAll(softirqs, i -> new Softirq());
    }

    void irqEntry(TraceEvent e) {
        long key = (long) e.number << 32 | e.nameId;
        PerCpu runs = irqs.get(key);
        if (runs == null) {
            runs = new PerCpu();
            irqs.put(key, runs);
        }
        runs.add(e.cpu);
    }

    void irqExit(TraceEvent e) {
        if (e.returned == 0) {
            unhandled.put(e.number, unhandled.get(e.number) + 1);
        }
    }

    void softirqRaise(TraceEvent e, boolean inInterrupt) {
        Softirq softirq = softirqs[e.number];
        (inInterrupt ? softirq.raisedInInterrupt : softirq.raisedOutside).add(e.cpu);
    }

    void softirqEntry(TraceEvent e) {
        softirqs[e.number].runs.add(e.cpu);
    }

    void vectorEntry(TraceEvent e) {
        Vector vector = vectors[e.kind.ordinal()];
        if (vector == null) {
            vector = new Vector();
            vectors[e.kind.ordinal()] = vector;
        }
        vector.number = e.number;
        vector.runs.add(e.cpu);
    }

    private static double rate(PerCpu runs, double seconds) {
        return seconds == 0 ? 0 : runs.total / seconds;
    }

    List<TraceSummary.IrqLine> irqLines(NameTable names, int cpus, double seconds) {
        return irqs.entrySet().stream()
                .map(i -> {
                    int number = (int) (i.getKey() >>> 32);
                    PerCpu runs = i.getValue();
                    return new TraceSummary.IrqLine(
                            number,
                            names.name((int) (long) i.getKey()),
                            runs.total,
                            runs.upTo(cpus),
                            rate(runs, seconds),
                            unhandled.get(number));
                })
                .sorted(
                        Comparator.comparingInt(TraceSummary.IrqLine::irq)
                                .thenComparing(TraceSummary.IrqLine::name))
                .toList();
    }

    List<TraceSummary.SoftirqLine> softirqLines(int cpus, double seconds) {
        return IntStream.range(0, softirqs.length)
                .filter(v -> softirqs[v].seen())
                .mapToObj(v ->
                        new TraceSummary.SoftirqLine(
                                v,
                                SOFTIRQ_NAMES[v],
                                softirqs[v].runs.total,
                                softirqs[v].runs.upTo(cpus),
                                rate(softirqs[v].runs, seconds),
                                softirqs[v].raisedInInterrupt.upTo(cpus),
                                softirqs[v].raisedOutside.upTo(cpus)))
                .toList();
    }

    List<TraceSummary.VectorLine> vectorLines(int cpus, double seconds) {
        return Arrays.stream(EventKind.values())
                .filter(kind -> vectors[kind.ordinal()] != null)
                .map(kind -> vectorLine(kind, cpus, seconds))
                .toList();
    }

    private TraceSummary.VectorLine vectorLine(EventKind kind, int cpus, double seconds) {
        Vector vector = vectors[kind.ordinal()];
        return new TraceSummary.VectorLine(
                kind.text().replace("_entry", ""),
                vector.number,
                vector.runs.total,
                vector.runs.upTo(cpus),
                rate(vector.runs, seconds));
    }
}
