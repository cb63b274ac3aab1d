package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.BugCard;

import java.util.List;

/** All pairs of runs of one bug. */
public record BugResult(BugCard card, List<PairResult> pairs) {
    /** Returns how many pairs came to {@code verdict}. */
    public long of(Verdict verdict) {
        return pairs.stream().filter(pair -> pair.verdict() == verdict).count();
    }

    public boolean allCaught() {
        return of(Verdict.CAUGHT) == pairs.size();
    }

    /** Returns the pair to show: the first one that was not caught, or else the last. */
    public PairResult shown() {
        return pairs.stream()
                .filter(pair -> pair.verdict() != Verdict.CAUGHT)
                .findFirst()
                .orElse(pairs.getLast());
    }
}
