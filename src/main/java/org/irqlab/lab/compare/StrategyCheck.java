package org.irqlab.lab.compare;

import org.irqlab.lab.measure.Strategy;
import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.TraceSummary;

import java.util.Locale;

/**
 * Refuses two traces whose own events contradict the strategies that they are said to be of: A
 * recorded as Linux does by default, B with its bottom halves moved.
 */
public final class StrategyCheck {
    /** Fewer bottom halves than this are the machine's background. */
    private static final long LEAST = 100;

    /** Share of the bottom halves that must be where the strategy puts them. */
    private static final double MOST = 0.9;

    private static final double HALF = 0.5;

    private final TraceMeasurement a;
    private final TraceMeasurement b;
    private final Strategy strategy;

    private StrategyCheck(TraceMeasurement a, TraceMeasurement b, Strategy strategy) {
        this.a = a;
        this.b = b;
        this.strategy = strategy;
    }

    /**
     * Checks that B may be what A becomes under {@code strategy}.
     *
     * @throws IllegalArgumentException with one line
     */
    public static void check(TraceMeasurement a, TraceMeasurement b, Strategy strategy) {
        var check = new StrategyCheck(a, b, strategy);
        if (strategy == Strategy.ORIGINAL) {
            check.sameAsRecorded();
            return;
        }
        check.notMovedYet();
        check.possible();
        switch (strategy) {
            case ORIGINAL -> {}
            case SOFTIRQ -> check.inSoftirqs();
            case THREADED -> check.inThreads();
            case INLINE -> check.goneFromSoftirqs();
            case TASKLET -> {
                check.goneFromSoftirqs();
                check.instead(
                        b.workload().raises(WorkloadCounts.TASKLET), "raises of TASKLET softirqs");
            }
            case WORKQUEUE -> {
                check.goneFromSoftirqs();
                check.instead(b.workload().count(EventKind.WORKQUEUE_EXECUTE_START), "work items");
            }
        }
    }

    /** What a what-if needs, by the words of {@code irqlab inspect}. */
    private void possible() {
        for (TraceSummary.WhatIf whatIf : a.contents().whatIfs()) {
            boolean napi = whatIf.strategy().contains("NAPI");
            boolean asked = whatIf.strategy().contains(strategy.key());
            boolean concerned = !napi || network(a) >= LEAST;
            if (asked && concerned && whatIf.answer() != TraceSummary.Answer.YES) {
                throw new IllegalArgumentException(
                        "%s: --what-if %s cannot be held against a recording: %s (record %s too; irqlab inspect says which events a what-if needs)"
                                .formatted(
                                        a.name(),
                                        strategy.key(),
                                        whatIf.why(),
                                        String.join(", ", a.contents().recordMore())));
            }
        }
    }

    private static long network(TraceMeasurement trace) {
        WorkloadCounts counts = trace.workload();
        return Math.max(counts.raises(WorkloadCounts.NET_RX), counts.polls());
    }

    private static boolean threaded(WorkloadCounts counts) {
        boolean napi = counts.polls() >= LEAST && counts.threadPolls() > HALF * counts.polls();
        boolean irqs =
                counts.wakesOfInterruptThreads() >= LEAST
                        && counts.wakesOfInterruptThreads()
                                > HALF
                                        * counts.interrupts().values().stream()
                                                .mapToLong(n -> n)
                                                .sum();
        return napi || irqs;
    }

    private void sameAsRecorded() {
        if (threaded(a.workload()) != threaded(b.workload())) {
            TraceMeasurement one = threaded(a.workload()) ? a : b;
            refuse(b, "of another strategy than " + a.name() + ": " + where(one));
        }
    }

    private void notMovedYet() {
        if (threaded(a.workload())) {
            refuse(a, "recorded threaded already: " + where(a) + ", nothing is left to move");
        }
    }

    private void inSoftirqs() {
        if (threaded(b.workload())) {
            refuse(b, "is not of --what-if softirq: " + where(b));
        }
    }

    private void inThreads() {
        WorkloadCounts counts = b.workload();
        if (network(a) >= LEAST && counts.threadPolls() < MOST * counts.polls()) {
            refuse(
                    b,
                    String.format(
                            Locale.ROOT,
                            "is not of --what-if threaded: napi/ threads do %,d of its %,d polls",
                            counts.threadPolls(),
                            counts.polls()));
        }
        long deferred = a.workload().deferredByHandlers();
        if (deferred >= LEAST && counts.wakesOfInterruptThreads() < HALF * deferred) {
            refuse(
                    b,
                    String.format(
                            Locale.ROOT,
                            "is not of --what-if threaded: %,d wakes of irq/ threads for %,d bottom"
                                    + " halves of interrupts in %s",
                            counts.wakesOfInterruptThreads(),
                            deferred,
                            a.name()));
        }
    }

    private void goneFromSoftirqs() {
        long before = a.workload().deviceRaises() - a.workload().raises(WorkloadCounts.TASKLET);
        long still = b.workload().deviceRaises() - b.workload().raises(WorkloadCounts.TASKLET);
        if (before >= LEAST && still > (1 - MOST) * before) {
            refuse(
                    b,
                    String.format(
                            Locale.ROOT,
                            "is not of --what-if %s: %,d raises of device softirqs, %,d in %s",
                            strategy.key(),
                            still,
                            before,
                            a.name()));
        }
        if (threaded(b.workload())) {
            refuse(b, "is not of --what-if " + strategy.key() + ": " + where(b));
        }
    }

    private void instead(long count, String what) {
        long before = a.workload().deviceRaises() - a.workload().raises(WorkloadCounts.TASKLET);
        if (before >= LEAST && count < HALF * before) {
            refuse(
                    b,
                    String.format(
                            Locale.ROOT,
                            "is not of --what-if %s: %,d %s for %,d raises of device softirqs in"
                                    + " %s",
                            strategy.key(),
                            count,
                            what,
                            before,
                            a.name()));
        }
    }

    private static String where(TraceMeasurement trace) {
        WorkloadCounts counts = trace.workload();
        return counts.threadPolls() > 0
                ? String.format(
                        Locale.ROOT,
                        "%s does %,d of %,d polls in %s",
                        String.join(", ", counts.pollingThreads()),
                        counts.threadPolls(),
                        counts.polls(),
                        trace.name())
                : String.format(
                        Locale.ROOT,
                        "%,d wakes of irq/ threads in %s",
                        counts.wakesOfInterruptThreads(),
                        trace.name());
    }

    private static void refuse(TraceMeasurement trace, String why) {
        throw new IllegalArgumentException(
                trace.name() + ": " + why + " (irqlab inspect shows a trace's tasks and polls)");
    }
}
