package org.irqlab.lab.measure;

import com.fasterxml.jackson.annotation.JsonProperty;

/**
 * Where everything went.
 *
 * @param arrivals interrupts fired, and softirqs raised outside any interrupt
 * @param handled arrivals that had a run of their own
 * @param coalesced arrivals taken together with an earlier one
 * @param dropped arrivals lost, with a reason
 * @param workQueued bottom halves handed to another context (raise, schedule, queue, wake)
 * @param workRun bottom halves run there
 */
public record Conservation(
        long arrivals, long handled, long coalesced, long dropped, long workQueued, long workRun) {
    public static final Conservation NONE = new Conservation(0, 0, 0, 0, 0, 0);

    /** Returns whether nothing was lost without a counter. */
    @JsonProperty(access = JsonProperty.Access.READ_ONLY)
    public boolean balanced() {
        return arrivals == handled + coalesced + dropped && workQueued == workRun;
    }

    public Conservation plus(Conservation other) {
        return new Conservation(
                arrivals + other.arrivals,
                handled + other.handled,
                coalesced + other.coalesced,
                dropped + other.dropped,
                workQueued + other.workQueued,
                workRun + other.workRun);
    }

    /** Returns the line with which a report ends. */
    public String line() {
        return "conservation: arrivals %d = handled %d + coalesced %d + dropped %d; work queued %d = run %d: %s"
                .formatted(
                        arrivals,
                        handled,
                        coalesced,
                        dropped,
                        workQueued,
                        workRun,
                        balanced() ? "balanced" : "NOT BALANCED");
    }
}
