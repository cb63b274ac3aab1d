package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** The zoo for people: the list, a card, and a result, with both forms side by side. */
public final class ZooText {
    private static final int WIDTH = 100;

    private record Row(String id, String title, String domain, String status) {}

    private ZooText() {}

    /** Returns a line for each bug. */
    public static String list(BugZoo zoo) {
        var rows = new ArrayList<Row>();
        for (BugEntry entry : zoo.entries()) {
            BugCard card = entry.card();
            rows.add(new Row(card.id(), card.title(), card.domain().text(), "ready"));
        }
        for (MissingBug bug : zoo.missing()) {
            String status = "not yet: needs " + bug.needs();
            rows.add(new Row(bug.id(), bug.title(), bug.domain().text(), status));
        }
        rows.sort(Comparator.comparing(Row::id));
        int title = rows.stream().mapToInt(row -> row.title.length()).max().orElse(0);
        int domain = rows.stream().mapToInt(row -> row.domain.length()).max().orElse(0);
        var out = new StringBuilder();
        for (Row row : rows) {
            out.append(row.id)
                    .append("  ")
                    .append(pad(row.title, title))
                    .append("  ")
                    .append(pad(row.domain, domain))
                    .append("  ")
                    .append(row.status)
                    .append('\n');
        }
        return out.toString();
    }

    /** Returns all that is said about a bug. */
    public static String card(BugCard card) {
        var out = new StringBuilder(head(card));
        out.append("  metric    ").append(card.metric()).append('\n');
        out.append("  detector  ").append(card.detector()).append('\n');
        wrap(out, card.why());
        return out.toString();
    }

    private static String head(BugCard card) {
        return card.id() + "  " + card.title() + "  [" + card.domain().text() + "]\n";
    }

    /** Returns what the runs of a bug have shown. */
    public static String result(BugResult result) {
        BugCard card = result.card();
        PairResult pair = result.shown();
        var out = new StringBuilder(head(card));
        int label = Math.max(card.metric().length(), card.detector().length());
        line(out, "", label, Form.BUGGY.text(), Form.FIXED.text());
        line(out, card.metric(), label, value(pair.buggy()), value(pair.fixed()));
        line(out, card.detector(), label, fired(pair.buggy()), fired(pair.fixed()));
        says(out, Form.BUGGY, pair.buggy());
        says(out, Form.FIXED, pair.fixed());
        out.append("  verdict: ").append(verdict(result)).append('\n');
        if (pair.failure() != null) {
            out.append("  ").append(pair.failure()).append('\n');
        }
        wrap(out, card.why());
        return out.append('\n').toString();
    }

    private static String verdict(BugResult result) {
        int times = result.pairs().size();
        if (times == 1) {
            return result.pairs().getFirst().verdict().text();
        }
        var parts = new ArrayList<String>();
        for (Verdict verdict : Verdict.values()) {
            long count = result.of(verdict);
            if (count > 0 || verdict == Verdict.CAUGHT) {
                parts.add(verdict.text() + " " + count);
            }
        }
        return String.join(", ", parts) + " of " + times;
    }

    private static void line(StringBuilder out, String label, int width, String a, String b) {
        out.append("  ")
                .append(pad(label, width))
                .append(String.format(Locale.ROOT, "  %14s  %14s%n", a, b));
    }

    private static void says(StringBuilder out, Form form, Observation seen) {
        if (seen != null) {
            out.append("  ").append(form.text()).append(": ").append(seen.report()).append('\n');
        }
    }

    private static String fired(Observation seen) {
        if (seen == null) {
            return "failed";
        }
        return seen.fired() ? "fired" : "silent";
    }

    private static String value(Observation seen) {
        if (seen == null) {
            return "failed";
        }
        double value = seen.value();
        if (Double.isNaN(value)) {
            return "never";
        }
        boolean whole = value == Math.rint(value);
        return String.format(Locale.ROOT, whole ? "%,.0f" : "%,.2f", value);
    }

    /** Returns the last lines of all results. */
    public static String summary(List<BugResult> results) {
        long caught = results.stream().filter(BugResult::allCaught).count();
        var out = new StringBuilder();
        out.append("caught ").append(caught).append(" of ").append(results.size()).append('\n');
        for (BugResult result : results) {
            if (!result.allCaught()) {
                out.append("  ")
                        .append(result.card().id())
                        .append("  ")
                        .append(verdict(result))
                        .append('\n');
            }
        }
        return out.toString();
    }

    private static String pad(String text, int width) {
        return text + " ".repeat(width - text.length());
    }

    private static void wrap(StringBuilder out, String text) {
        var line = new StringBuilder(" ");
        for (String word : text.split(" ")) {
            if (line.length() + 1 + word.length() > WIDTH) {
                out.append(line).append('\n');
                line = new StringBuilder(" ");
            }
            line.append(' ').append(word);
        }
        out.append(line).append('\n');
    }
}
