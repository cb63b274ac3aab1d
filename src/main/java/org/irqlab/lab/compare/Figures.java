package org.irqlab.lab.compare;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.ToDoubleFunction;

/** A number for every {@link Figure}: ns, counts, shares, or limits of them. NaN is not known. */
public final class Figures {
    private final Map<Figure, Double> values = new EnumMap<>(Figure.class);

    static Figures of(ToDoubleFunction<Figure> value) {
        var figures = new Figures();
        for (Figure figure : Figure.values()) {
            figures.values.put(figure, value.applyAsDouble(figure));
        }
        return figures;
    }

    static Figures of(double count, double share, double p50, double p90, double p99, double mean) {
        return of(figure ->
                switch (figure) {
                    case COUNT -> count;
                    case SHARE -> share;
                    case P50 -> p50;
                    case P90 -> p90;
                    case P99 -> p99;
                    case MEAN -> mean;
                });
    }

    /** Returns one of the numbers, NaN if it is not known. */
    public double get(Figure figure) {
        return values.get(figure);
    }

    /** Returns other / this for every figure that both know and that is above 0 here. */
    Figures ratioOf(Figures other) {
        return of(figure -> {
            double base = get(figure);
            return base > 0 ? other.get(figure) / base : Double.NaN;
        });
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Figures figures && values.equals(figures.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
