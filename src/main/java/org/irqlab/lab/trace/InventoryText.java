package org.irqlab.lab.trace;

import org.irqlab.lab.trace.TraceSummary.Answer;
import org.irqlab.lab.trace.TraceSummary.NamedCount;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.LongStream;

/** A {@link TraceSummary} as lines of text for people. */
public final class InventoryText {
    private static final int MOST_ROWS = 12;
    private static final int MOST_KINDS = 60;
    private static final int MOST_CPU_COLUMNS = 8;
    private static final int LABEL_COLUMNS = 14;
    private static final int TEXT_COLUMNS = 90;
    private static final String INDENT = "  ";

    private final TraceSummary trace;
    private final List<String> lines = new ArrayList<>();

    private InventoryText(TraceSummary trace) {
        this.trace = trace;
    }

    /** Returns the lines, without line ends. */
    public static List<String> lines(TraceSummary trace) {
        var text = new InventoryText(trace);
        text.head();
        text.irqs();
        text.softirqs();
        text.vectors();
        text.napi();
        text.names("workqueue", "queued", trace.workqueues(), MOST_ROWS);
        text.names("work function", "executed", trace.workFunctions(), MOST_ROWS);
        text.tasks();
        text.names("event", "count", trace.kinds(), MOST_KINDS);
        text.possibilities();
        return List.copyOf(text.lines);
    }

    private void head() {
        field("trace", trace.file());
        field("clock", trace.clock().how());
        field(
                "span",
                format("%.6f s on %d CPUs", trace.spanNs() / 1e9, trace.cpus())
                        + format(" (%,d lines, %,d events)", trace.lines(), trace.events()));
        field(
                "lost",
                trace.lostEvents() == 0 && trace.coverage() == 1
                        ? "nothing; coverage 100 %"
                        : format(
                                "%,d events; coverage %.3f %%",
                                trace.lostEvents(), trace.coverage() * 100));
        field("groups", trace.groups().isEmpty() ? "none" : String.join(", ", trace.groups()));
    }

    private void irqs() {
        if (trace.irqLines().isEmpty()) {
            return;
        }
        table(format("%6s %-28s", "irq", "name"), cpuHeads() + format("%12s", "per s"));
        trace.irqLines()
                .forEach(i ->
                        add(
                                format("%6d %-28s", i.irq(), i.name())
                                        + cells(i.perCpu())
                                        + format("%12.1f", i.perSecond())
                                        + (i.unhandled() == 0
                                                ? ""
                                                : format("  %,d unhandled", i.unhandled()))));
    }

    private void softirqs() {
        if (trace.softirqLines().isEmpty()) {
            return;
        }
        table(
                format("%6s %-28s", "vec", "softirq"),
                cpuHeads() + format("%12s%14s%14s", "per s", "raised in irq", "outside"));
        trace.softirqLines()
                .forEach(s ->
                        add(
                                format("%6d %-28s", s.vector(), s.name())
                                        + cells(s.perCpu())
                                        + format(
                                                "%12.1f%,14d%,14d",
                                                s.perSecond(),
                                                LongStream.of(s.raisedInInterrupt()).sum(),
                                                LongStream.of(s.raisedOutside()).sum())));
    }

    private void vectors() {
        if (trace.vectorLines().isEmpty()) {
            return;
        }
        table(format("%6s %-28s", "vector", "interrupt"), cpuHeads() + format("%12s", "per s"));
        trace.vectorLines()
                .forEach(v ->
                        add(
                                format("%6d %-28s", v.vector(), v.name())
                                        + cells(v.perCpu())
                                        + format("%12.1f", v.perSecond())));
    }

    private void napi() {
        if (trace.napiLines().isEmpty()) {
            return;
        }
        table(
                format("%6s %-28s", "", "NAPI device"),
                format("%12s%12s%12s", "polls", "packets", "full"));
        trace.napiLines()
                .forEach(n ->
                        add(
                                format(
                                        "%6s %-28s%,12d%,12d%,12d",
                                        "", n.device(), n.polls(), n.packets(), n.fullPolls())));
    }

    private void names(String what, String counted, List<NamedCount> counts, int most) {
        if (counts.isEmpty()) {
            return;
        }
        table(format("%6s %-40s", "", what), format("%12s", counted));
        counts.stream()
                .limit(most)
                .forEach(c -> add(format("%6s %-40s%,12d", "", c.name(), c.count())));
        rest(counts.size(), most);
    }

    private void tasks() {
        table(
                format("%6s %-28s", "pid", "task (events while current)"),
                format("%12s%12s%12s", "in task", "in softirq", "in irq"));
        trace.tasks().stream()
                .limit(MOST_ROWS)
                .forEach(t ->
                        add(
                                format(
                                        "%6d %-28s%,12d%,12d%,12d",
                                        t.pid(),
                                        t.name(),
                                        t.inTask(),
                                        t.inSoftirq(),
                                        t.inInterrupt())));
        rest(trace.tasks().size(), MOST_ROWS);
    }

    private void possibilities() {
        table("  what a replay can answer", "");
        trace.whatIfs()
                .forEach(w ->
                        add(
                                format("%6s %-28s  %s", "", w.strategy(), word(w.answer()))
                                        + (w.why().isEmpty() ? "" : ": " + w.why())));
        if (!trace.recordMore().isEmpty()) {
            add("");
            add(INDENT + "not seen; record them too for better answers:");
            wrapped(trace.recordMore());
        }
        trace.notes().forEach(n -> add(INDENT + "note: " + n));
    }

    private void wrapped(List<String> words) {
        var line = new StringBuilder();
        for (String word : words) {
            if (line.length() + word.length() > TEXT_COLUMNS) {
                add(INDENT + line);
                line.setLength(0);
            }
            line.append(INDENT).append(word);
        }
        add(INDENT + line);
    }

    private static String word(Answer answer) {
        return switch (answer) {
            case YES -> "yes";
            case ASSUMED -> "in part";
            case NO -> "no";
        };
    }

    private String cpuHeads() {
        if (trace.cpus() > MOST_CPU_COLUMNS) {
            return format("%12s  %-20s", "all CPUs", "most on");
        }
        var heads = new StringBuilder();
        for (int cpu = 0; cpu < trace.cpus(); cpu++) {
            heads.append(format("%10s", "CPU" + cpu));
        }
        return heads.toString();
    }

    private String cells(long[] perCpu) {
        if (trace.cpus() <= MOST_CPU_COLUMNS) {
            return Arrays.stream(perCpu)
                    .mapToObj(count -> format("%,10d", count))
                    .collect(Collectors.joining());
        }
        int most = 0;
        for (int cpu = 1; cpu < perCpu.length; cpu++) {
            most = perCpu[cpu] > perCpu[most] ? cpu : most;
        }
        return format(
                "%,12d  %-20s", LongStream.of(perCpu).sum(), "CPU" + most + ": " + perCpu[most]);
    }

    private void field(String label, String value) {
        add(format("%-" + LABEL_COLUMNS + "s%s", label, value));
    }

    private void table(String left, String right) {
        add("");
        add(left + right);
    }

    private void rest(int rows, int most) {
        if (rows > most) {
            add(format("%6s and %,d more", "", rows - most));
        }
    }

    private void add(String line) {
        lines.add(line.stripTrailing());
    }

    private static String format(String format, Object... arguments) {
        return String.format(Locale.ROOT, format, arguments);
    }
}
