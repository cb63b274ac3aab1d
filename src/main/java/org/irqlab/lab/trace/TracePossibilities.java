package org.irqlab.lab.trace;

import org.irqlab.lab.trace.TraceSummary.Answer;
import org.irqlab.lab.trace.TraceSummary.WhatIf;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** What can be done with a trace, from the kinds of events that are in it. */
final class TracePossibilities {
    private static final double COARSE_STAMP_NS = 1_000;

    private static final EventKind[] IRQ = {
        EventKind.IRQ_HANDLER_ENTRY, EventKind.IRQ_HANDLER_EXIT
    };
    private static final EventKind[] SOFTIRQ = {
        EventKind.SOFTIRQ_RAISE, EventKind.SOFTIRQ_ENTRY, EventKind.SOFTIRQ_EXIT
    };
    private static final EventKind[] WORKQUEUE = {
        EventKind.WORKQUEUE_QUEUE_WORK,
        EventKind.WORKQUEUE_ACTIVATE_WORK,
        EventKind.WORKQUEUE_EXECUTE_START,
        EventKind.WORKQUEUE_EXECUTE_END
    };
    private static final EventKind[] LOCAL_TIMER = {
        EventKind.LOCAL_TIMER_ENTRY, EventKind.LOCAL_TIMER_EXIT
    };
    private static final EventKind[] SCHED = {EventKind.SCHED_SWITCH, EventKind.SCHED_WAKING};
    private static final EventKind[] NAPI = {EventKind.NAPI_POLL};

    private final TraceInventory seen;
    private final TraceReading reading;

    TracePossibilities(TraceInventory seen, TraceReading reading) {
        this.seen = seen;
        this.reading = reading;
    }

    private boolean has(EventKind... kinds) {
        return Arrays.stream(kinds).allMatch(kind -> seen.count(kind) > 0);
    }

    private boolean allTasks() {
        return has(SCHED) && seen.allTasksSwitch();
    }

    /** BASE in parts, since one of them may only have had nothing to do. */
    List<String> groups() {
        var groups = new ArrayList<String>();
        boolean base = has(IRQ) && has(SOFTIRQ) && has(WORKQUEUE) && has(LOCAL_TIMER);
        if (base) {
            groups.add("BASE");
        } else {
            addIf(groups, has(IRQ), "irq_handler");
            addIf(groups, has(SOFTIRQ), "softirq");
            addIf(groups, has(WORKQUEUE), "workqueue");
            addIf(groups, has(LOCAL_TIMER), "local_timer");
        }
        addIf(groups, allTasks(), "SCHED_ALL");
        addIf(groups, has(SCHED) && !allTasks(), "SCHED_KW");
        addIf(groups, has(NAPI), "NAPI");
        return List.copyOf(groups);
    }

    private static void addIf(List<String> list, boolean condition, String what) {
        if (condition) {
            list.add(what);
        }
    }

    List<WhatIf> whatIfs() {
        boolean source = has(IRQ) || has(SOFTIRQ) || has(LOCAL_TIMER);
        return List.of(
                source
                        ? new WhatIf("self-check", Answer.YES, "")
                        : new WhatIf("self-check", Answer.NO, "no interrupt or softirq events"),
                bottomHalves("inline, softirq, tasklet"),
                threads("workqueue, threaded"),
                napi("NAPI threaded, busy polling"));
    }

    private WhatIf bottomHalves(String strategy) {
        if (has(SOFTIRQ)) {
            return new WhatIf(strategy, Answer.YES, "");
        }
        if (has(IRQ)) {
            return new WhatIf(
                    strategy, Answer.ASSUMED, "no softirq events: handlers can move, no softirqs");
        }
        return new WhatIf(strategy, Answer.NO, "neither irq_handler nor softirq events");
    }

    private WhatIf threads(String strategy) {
        if (!has(SOFTIRQ) && !has(IRQ)) {
            return new WhatIf(strategy, Answer.NO, "neither irq_handler nor softirq events");
        }
        if (allTasks()) {
            return new WhatIf(strategy, Answer.YES, "");
        }
        return new WhatIf(
                strategy,
                Answer.ASSUMED,
                has(SCHED)
                        ? "wake-up costs from kworkers only; tasks do not compete"
                        : "no sched events: wake-up costs assumed; tasks do not compete");
    }

    private WhatIf napi(String strategy) {
        if (!has(NAPI)) {
            return new WhatIf(strategy, Answer.NO, "no napi_poll events");
        }
        return allTasks()
                ? new WhatIf(strategy, Answer.YES, "")
                : new WhatIf(strategy, Answer.ASSUMED, "wake-up costs not from this trace");
    }

    List<String> recordMore() {
        var more = new ArrayList<String>();
        addMissing(more, "irq:", IRQ);
        addMissing(more, "irq:", SOFTIRQ);
        addMissing(more, "workqueue:", WORKQUEUE);
        addMissing(more, "irq_vectors:", LOCAL_TIMER);
        if (!allTasks()) {
            more.addAll(
                    List.of(
                            "sched:sched_switch",
                            "sched:sched_waking",
                            "sched:sched_wakeup",
                            "sched:sched_migrate_task"));
        }
        addMissing(more, "napi:", NAPI);
        return List.copyOf(more);
    }

    private void addMissing(List<String> more, String system, EventKind... kinds) {
        for (EventKind kind : kinds) {
            addIf(more, seen.count(kind) == 0, system + kind.text());
        }
    }

    List<String> notes() {
        var notes = new ArrayList<String>();
        addIf(
                notes,
                reading.clock().nsPerUnit() >= COARSE_STAMP_NS,
                "stamps are rounded to 1 us, so the cost of one handler is known to 1 us only;"
                        + " for costs below 10 us record with trace_clock x86-tsc");
        addIf(
                notes,
                reading.overwrittenEvents() > 0,
                String.format(
                        Locale.ROOT,
                        "the recorder overwrote %,d older events: each CPU has its last part, and"
                                + " starts of pairs may be missing",
                        reading.overwrittenEvents()));
        addIf(
                notes,
                has(SCHED) && !allTasks(),
                "sched events were recorded of kworkers and ksoftirqd only: what other tasks did is"
                        + " not known");
        addIf(notes, !reading.flags(), "no column of irq flags (option noirq-info)");
        addIf(
                notes,
                has(EventKind.IRQ_HANDLER_EXIT),
                "ret=handled may also mean that the handler woke its thread: text does not tell");
        addIf(
                notes,
                reading.lastLineCut(),
                "the file ends within its last line, whose last number may be wrong");
        return List.copyOf(notes);
    }
}
