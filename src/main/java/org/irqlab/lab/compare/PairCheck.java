package org.irqlab.lab.compare;

import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.TraceClock;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;

/**
 * Refuses two traces that cannot be compared, with one line that says why and what to record.
 *
 * <p>In the order in which a reader wants to know: clocks, workloads by what both have recorded,
 * then events that only one of them has.
 */
public final class PairCheck {
    /** Share by which counts of one workload may differ. */
    static final double COUNTS = 0.1;

    /** Counts below this differ by chance. */
    private static final long LEAST_COUNT = 500;

    /** Events of a kind from which a trace without any cannot be of the same workload. */
    private static final long LEAST_EVENTS = 20;

    private static final double SAME_RATE = 0.01;
    private static final double NS_PER_S = 1e9;

    /** Kinds that a workload has under every strategy, if they are recorded. */
    private static final Map<EventKind, String> KINDS =
            Map.ofEntries(
                    Map.entry(EventKind.IRQ_HANDLER_ENTRY, "irq"),
                    Map.entry(EventKind.IRQ_HANDLER_EXIT, "irq"),
                    Map.entry(EventKind.SOFTIRQ_RAISE, "irq"),
                    Map.entry(EventKind.SOFTIRQ_ENTRY, "irq"),
                    Map.entry(EventKind.SOFTIRQ_EXIT, "irq"),
                    Map.entry(EventKind.WORKQUEUE_QUEUE_WORK, "workqueue"),
                    Map.entry(EventKind.WORKQUEUE_EXECUTE_START, "workqueue"),
                    Map.entry(EventKind.WORKQUEUE_EXECUTE_END, "workqueue"),
                    Map.entry(EventKind.LOCAL_TIMER_ENTRY, "irq_vectors"),
                    Map.entry(EventKind.LOCAL_TIMER_EXIT, "irq_vectors"),
                    Map.entry(EventKind.SCHED_SWITCH, "sched"),
                    Map.entry(EventKind.SCHED_WAKING, "sched"),
                    Map.entry(EventKind.SCHED_WAKEUP, "sched"),
                    Map.entry(EventKind.NAPI_POLL, "napi"));

    private final TraceMeasurement a;
    private final TraceMeasurement b;

    private PairCheck(TraceMeasurement a, TraceMeasurement b) {
        this.a = a;
        this.b = b;
    }

    /**
     * Checks two recordings of one workload.
     *
     * @throws IllegalArgumentException with one line
     */
    public static void check(TraceMeasurement a, TraceMeasurement b) {
        var check = new PairCheck(a, b);
        check.clocks();
        check.workloads();
        check.events();
    }

    private void clocks() {
        if (sameClock(a.reading().clock(), b.reading().clock())) {
            return;
        }
        throw new IllegalArgumentException(
                "%s: another clock than %s: %s against %s (record both with the same trace_clock, on one machine)"
                        .formatted(
                                b.name(),
                                a.name(),
                                b.reading().clock().describe(),
                                a.reading().clock().describe()));
    }

    private static boolean sameClock(TraceClock one, TraceClock other) {
        boolean counters = one instanceof TraceClock.Counter && other instanceof TraceClock.Counter;
        boolean seconds = one instanceof TraceClock.Seconds && other instanceof TraceClock.Seconds;
        double ratio = one.nsPerUnit() / other.nsPerUnit();
        return (counters || seconds) && Math.abs(ratio - 1) <= SAME_RATE;
    }

    private void workloads() {
        for (var count : counts().entrySet()) {
            long inA = count.getValue()[0];
            long inB = count.getValue()[1];
            long larger = Math.max(inA, inB);
            if (larger >= LEAST_COUNT && Math.abs(inA - inB) > COUNTS * larger) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: another workload than %s: %,d %s against %,d, in %.1f s"
                                    + " against %.1f s; counts may differ by %.0f %% (record the"
                                    + " same load for the same time)",
                                b.name(),
                                a.name(),
                                inB,
                                count.getKey(),
                                inA,
                                b.reading().spanNs() / NS_PER_S,
                                a.reading().spanNs() / NS_PER_S,
                                100 * COUNTS));
            }
        }
    }

    /** Returns the counts, in A and in B, that no strategy changes; of what both have recorded. */
    private Map<String, long[]> counts() {
        var counts = new LinkedHashMap<String, long[]>();
        WorkloadCounts one = a.workload();
        WorkloadCounts other = b.workload();
        boolean polls = one.polls() > 0 && other.polls() > 0;
        if (polls) {
            counts.put("packets", new long[] {one.packets(), other.packets()});
        }
        if (!one.interrupts().isEmpty() && !other.interrupts().isEmpty()) {
            var devices = new TreeSet<>(one.interrupts().keySet());
            devices.addAll(other.interrupts().keySet());
            devices.removeAll(one.networkDevices());
            devices.removeAll(other.networkDevices());
            for (String device : devices) {
                long inA = one.interrupts().getOrDefault(device, 0L);
                long inB = other.interrupts().getOrDefault(device, 0L);
                counts.put("interrupts of " + device, new long[] {inA, inB});
            }
        }
        boolean arrivals =
                counts.values().stream().anyMatch(c -> Math.max(c[0], c[1]) >= LEAST_COUNT);
        if (!arrivals && a.seesTasks() && b.seesTasks()) {
            // Nothing but tasks and their timers: then their wakes are the workload.
            long[] wakes = {one.wakesOfTasks(), other.wakesOfTasks()};
            counts.put("wakes of tasks", wakes);
        }
        return counts;
    }

    private void events() {
        missing(a, b);
        missing(b, a);
    }

    private static void missing(TraceMeasurement in, TraceMeasurement than) {
        var lacking = new ArrayList<String>();
        for (EventKind kind : EventKind.values()) {
            String system = KINDS.get(kind);
            if (system != null
                    && in.workload().count(kind) == 0
                    && than.workload().count(kind) >= LEAST_EVENTS) {
                lacking.add(system + ":" + kind.text());
            }
        }
        if (lacking.isEmpty() && than.seesTasks() && !in.seesTasks()) {
            lacking.addAll(
                    List.of(
                            "sched:sched_switch",
                            "sched:sched_waking",
                            "sched:sched_wakeup of all tasks"));
        }
        if (!lacking.isEmpty()) {
            throw new IllegalArgumentException(
                    "%s: events are missing that %s has: record %s too (irqlab inspect says what a trace holds and which what-ifs it allows)"
                            .formatted(in.name(), than.name(), String.join(", ", lacking)));
        }
    }
}
