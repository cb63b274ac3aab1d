package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.Observation;

/**
 * One run of each form.
 *
 * @param buggy null if that run failed
 * @param fixed null if that run failed, or the one before it
 * @param failure why a run failed, or null
 */
public record PairResult(Observation buggy, Observation fixed, String failure, long tookNs) {
    public Verdict verdict() {
        if (failure != null) {
            return Verdict.FAILED;
        }
        if (!buggy.fired()) {
            return Verdict.MISSED;
        }
        return fixed.fired() ? Verdict.FALSE_ALARM : Verdict.CAUGHT;
    }
}
