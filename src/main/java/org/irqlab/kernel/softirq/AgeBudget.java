package org.irqlab.kernel.softirq;

import java.util.ArrayList;
import java.util.List;

/**
 * How long deferred work may wait for its start, as a rule: vectors of which more than one run in
 * ten waited longer are named.
 *
 * <p>It judges what {@link SoftirqAges} has counted all along, so that it can be asked afterwards,
 * and of any machine. Single late runs are forgiven: the host may have stood still.
 *
 * @param budgetNs from the raise to the start of the action
 */
public record AgeBudget(long budgetNs) {
    /** Fewer runs than these say nothing. */
    public static final int LEAST_RUNS = 20;

    private static final double AS_A_RULE = 0.9;
    private static final int NS_PER_US = 1_000;

    /** A vector that is over the budget; {@code ruleNs} is what nine runs in ten kept. */
    public record Late(SoftirqVector vector, long runs, long ruleNs, long worstNs) {
        @Override
        public String toString() {
            return "%s, %d runs: p90 %,d us, worst %,d us"
                    .formatted(vector, runs, ruleNs / NS_PER_US, worstNs / NS_PER_US);
        }
    }

    public AgeBudget {
        if (budgetNs <= 0) {
            throw new IllegalArgumentException("budgetNs=" + budgetNs + " <= MINIMUM=0");
        }
    }

    /** Returns the vectors of one CPU that are over the budget, in their order. Any thread. */
    public List<Late> late(SoftirqAges ages) {
        var late = new ArrayList<Late>();
        for (SoftirqVector vector : SoftirqVector.values()) {
            AgeSnapshot seen = ages.of(vector);
            long rule = seen.quantileNs(AS_A_RULE);
            if (seen.count() >= LEAST_RUNS && rule > budgetNs) {
                late.add(new Late(vector, seen.count(), rule, seen.maxNs()));
            }
        }
        return late;
    }
}
