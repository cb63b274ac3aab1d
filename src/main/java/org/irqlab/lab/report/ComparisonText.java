package org.irqlab.lab.report;

import org.irqlab.lab.compare.ComparedRow;
import org.irqlab.lab.compare.ComparedRow.Form;
import org.irqlab.lab.compare.ComparedRow.Word;
import org.irqlab.lab.compare.Comparison;
import org.irqlab.lab.compare.Figure;
import org.irqlab.lab.compare.Figures;
import org.irqlab.lab.compare.Yardstick;

import java.util.Locale;

/** The table of a comparison: four lines for a row that is judged, two for another one. */
final class ComparisonText {
    private static final String POINTS = "%+.1f pt";

    private final String base;
    private final String other;
    private final String ratio;

    /**
     * @param base what the first side is called
     */
    ComparisonText(String base, String other, String ratio) {
        this.base = base;
        this.other = other;
        this.ratio = ratio;
    }

    void appendTo(StringBuilder out, Comparison comparison) {
        if (comparison.rows().isEmpty()) {
            return;
        }
        var table = new Text.Table("  ", true);
        table.row("µs", "", "count", "share", "p50", "p90", "p99", "mean", "KS", "");
        comparison.rows().forEach(row -> lines(table, row));
        table.appendTo(out);
        out.append("  share: of a mode in all wakes of that class of tasks, undisturbed ones. KS:")
                .append(" greatest distance of the two distribution functions.\n")
                .append("  A/A: what two identical runs of the real kernel differ by on such")
                .append(" stages (")
                .append(Yardstick.SOURCE)
                .append(").\n")
                .append("  Rows with fewer than ")
                .append(Text.count(Comparison.LEAST_JUDGED))
                .append(" recorded events are shown but do not count. The p50 of several modes")
                .append(" together is not judged: it may lie between them.\n");
    }

    private void lines(Text.Table table, ComparedRow row) {
        boolean mode = row.form() == Form.MODE;
        boolean few = row.verdict().word() == Word.TOO_FEW;
        String name = (mode ? "  " : "") + row.name() + (row.evidence() ? "" : " *");
        side(table, name, base, row.recorded(), mode, "", few ? row.verdict().word().text() : "");
        side(table, "", other, row.other(), mode, distance(row.distance()), "");
        if (few) {
            return;
        }
        Figures ratios = row.ratio();
        double points = 100 * (row.other().get(Figure.SHARE) - row.recorded().get(Figure.SHARE));
        table.row(
                "",
                ratio,
                ratio(ratios, Figure.COUNT),
                mode ? String.format(Locale.ROOT, POINTS, points) : "",
                ratio(ratios, Figure.P50),
                ratio(ratios, Figure.P90),
                ratio(ratios, Figure.P99),
                ratio(ratios, Figure.MEAN),
                "",
                verdict(row));
        Figures pair = row.yardstick().factors();
        table.row(
                "",
                "A/A",
                ratio(pair, Figure.COUNT),
                mode ? String.format(Locale.ROOT, "±%.1f pt", 100 * pair.get(Figure.SHARE)) : "",
                ratio(pair, Figure.P50),
                ratio(pair, Figure.P90),
                ratio(pair, Figure.P99),
                ratio(pair, Figure.MEAN),
                distance(row.yardstick().distance()),
                "");
    }

    private static void side(
            Text.Table table,
            String name,
            String side,
            Figures figures,
            boolean mode,
            String distance,
            String note) {
        table.row(
                name,
                side,
                Text.count(Math.round(figures.get(Figure.COUNT))),
                mode ? share(figures.get(Figure.SHARE)) : "",
                micros(figures.get(Figure.P50)),
                micros(figures.get(Figure.P90)),
                micros(figures.get(Figure.P99)),
                micros(figures.get(Figure.MEAN)),
                distance,
                note);
    }

    private static String verdict(ComparedRow row) {
        String reason = row.verdict().reason();
        String words = row.verdict().word().text() + (reason.isEmpty() ? "" : ": " + reason);
        return row.evidence() ? words : "(" + words + ")";
    }

    private static String share(double share) {
        return Double.isNaN(share) ? "n/a" : Text.percent(share);
    }

    private static String micros(double ns) {
        return Double.isNaN(ns) ? "n/a" : Text.micros(ns);
    }

    private static String ratio(Figures figures, Figure figure) {
        return Text.ratio(figures.get(figure));
    }

    private static String distance(double distance) {
        return Text.ratio(distance);
    }
}
