package org.irqlab.lab.compare;

import org.HdrHistogram.Histogram;
import org.HdrHistogram.HistogramIterationValue;

import java.util.Iterator;

/** The two-sample Kolmogorov–Smirnov distance. */
final class KolmogorovSmirnov {
    private KolmogorovSmirnov() {}

    /**
     * Returns the greatest distance between the two distribution functions, 0 to 1, NaN if a side
     * is empty. Both histograms have the same buckets; samples of one bucket count as equal.
     */
    static double distance(Histogram a, Histogram b) {
        double totalA = a.getTotalCount();
        double totalB = b.getTotalCount();
        if (totalA == 0 || totalB == 0) {
            return Double.NaN;
        }
        Iterator<HistogramIterationValue> left = a.recordedValues().iterator();
        Iterator<HistogramIterationValue> right = b.recordedValues().iterator();
        HistogramIterationValue x = next(left);
        HistogramIterationValue y = next(right);
        long atMostA = 0;
        long atMostB = 0;
        double most = 0;
        while (x != null || y != null) {
            long valueA = x == null ? Long.MAX_VALUE : x.getValueIteratedTo();
            long valueB = y == null ? Long.MAX_VALUE : y.getValueIteratedTo();
            if (valueA <= valueB) {
                atMostA = x.getTotalCountToThisValue();
                x = next(left);
            }
            if (valueB <= valueA) {
                atMostB = y.getTotalCountToThisValue();
                y = next(right);
            }
            most = Math.max(most, Math.abs(atMostA / totalA - atMostB / totalB));
        }
        return most;
    }

    private static HistogramIterationValue next(Iterator<HistogramIterationValue> values) {
        return values.hasNext() ? values.next() : null;
    }
}
