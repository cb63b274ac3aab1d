package org.irqlab.lab.compare;

import org.irqlab.lab.compare.ComparedRow.Form;
import org.irqlab.lab.compare.ComparedRow.Verdict;
import org.irqlab.lab.compare.ComparedRow.Word;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Puts a row together and says whether it lies within its limits.
 *
 * <p>A figure is within if its factor, or for a share its difference, exceeds neither the tolerance
 * nor what two identical runs of the real kernel differ by. Two recordings have no tolerance.
 */
final class Judge {
    /** What irqlab wants of a prediction; a share in points, the others as factors. */
    static final Figures TOLERANCE = Figures.of(1.10, 0.08, 1.15, 1.25, 1.5, 1.15);

    private final Figures tolerance;
    private final boolean replay;
    private final double resolutionNs;

    private Judge(Figures tolerance, boolean replay, double resolutionNs) {
        this.tolerance = tolerance;
        this.replay = replay;
        this.resolutionNs = resolutionNs;
    }

    /**
     * @param resolutionNs of the recorded stamps: a difference below it says nothing
     */
    static Judge prediction(double resolutionNs) {
        return new Judge(TOLERANCE, true, resolutionNs);
    }

    static Judge traces(double resolutionNs) {
        Figures none = Figures.of(figure -> figure == Figure.SHARE ? 0 : 1);
        return new Judge(none, false, resolutionNs);
    }

    ComparedRow row(String name, Form form, Runs recorded, Runs other) {
        Figures base = recorded.figures(name);
        Figures its = other.figures(name);
        // Durations of runs are replayed as recorded, so that they prove nothing.
        boolean evidence = !replay || name.contains("→");
        Yardstick yardstick = Yardstick.of(name);
        Verdict verdict = verdict(form, base, its, yardstick.factors());
        return new ComparedRow(
                name,
                form,
                evidence,
                base,
                its,
                base.ratioOf(its),
                other.distance(recorded, name),
                yardstick,
                verdict,
                evidence && verdict.word() != Word.TOO_FEW);
    }

    private Verdict verdict(Form form, Figures base, Figures its, Figures pair) {
        if (base.get(Figure.COUNT) < Comparison.LEAST_JUDGED) {
            return new Verdict(Word.TOO_FEW, "");
        }
        if (its.get(Figure.COUNT) == 0) {
            return new Verdict(Word.OUTSIDE, "never happens");
        }
        var outside = new ArrayList<String>();
        boolean tolerated = true;
        for (Figure figure : judged(form)) {
            double off = off(figure, base.get(figure), its.get(figure));
            double limit = Math.max(tolerance.get(figure), pair.get(figure));
            tolerated &= !(off > tolerance.get(figure));
            if (off > limit) {
                outside.add(reason(figure, off, limit, limit > tolerance.get(figure)));
            }
        }
        if (!outside.isEmpty()) {
            return new Verdict(Word.OUTSIDE, String.join(", ", outside));
        }
        if (Double.isNaN(its.get(Figure.P50))) {
            return new Verdict(Word.TOO_FEW, "too few undisturbed ones on the other side");
        }
        return new Verdict(tolerated && replay ? Word.WITHIN_TOLERANCE : Word.WITHIN_PAIR, "");
    }

    /** A mode is judged by its share instead of its count, a group of several not by its p50. */
    private static List<Figure> judged(Form form) {
        return switch (form) {
            case PLAIN -> List.of(Figure.COUNT, Figure.P50, Figure.P90, Figure.P99, Figure.MEAN);
            case GROUP -> List.of(Figure.COUNT, Figure.P90, Figure.P99, Figure.MEAN);
            case MODE -> List.of(Figure.SHARE, Figure.P50, Figure.P90, Figure.P99, Figure.MEAN);
        };
    }

    /** Returns by how much two values differ: a difference of shares, else a factor from 1 up. */
    private double off(Figure figure, double base, double its) {
        if (figure == Figure.SHARE) {
            return Math.abs(its - base);
        }
        double a = base;
        double b = its;
        if (figure.isTime()) {
            if (Math.abs(a - b) <= resolutionNs) {
                return 1;
            }
            a = Math.max(a, resolutionNs);
            b = Math.max(b, resolutionNs);
        }
        return Math.max(a / b, b / a);
    }

    private String reason(Figure figure, double off, double limit, boolean ofPair) {
        String of = ofPair || !replay ? "A/A" : "tolerance";
        return figure == Figure.SHARE
                ? String.format(
                        Locale.ROOT, "share by %.1f points > %.1f (%s)", 100 * off, 100 * limit, of)
                : String.format(Locale.ROOT, "%s ×%.2f > %.2f (%s)", figure.key(), off, limit, of);
    }
}
