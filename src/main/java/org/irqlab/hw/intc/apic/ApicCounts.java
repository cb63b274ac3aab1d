package org.irqlab.hw.intc.apic;

/**
 * The CPU's half of the conservation law: what became of the requests latched in one local APIC.
 *
 * <p>At quiescence the {@code LATCHED} outcomes of all producers and {@code errorInterrupts}
 * together equal {@link #accepted()}.
 *
 * @param latched requests in the IRR now
 * @param acknowledged requests taken by the CPU
 * @param ended interrupts ended by EOI
 * @param spurious acknowledge cycles answered with the spurious vector
 * @param ignoredEnds EOIs with nothing in service: a guest error, ignored as on hardware
 * @param discardedRequests requests that a reset threw away
 * @param discardedInService interrupts in service that a reset threw away
 * @param lostTimerExpiries timer expiries while the timer's entry was masked
 * @param errorInterrupts requests that this APIC made itself, of its error entry's vector
 */
public record ApicCounts(
        int latched,
        long acknowledged,
        long ended,
        long spurious,
        long ignoredEnds,
        long discardedRequests,
        long discardedInService,
        long lostTimerExpiries,
        long errorInterrupts) {
    /** Requests that were ever latched. */
    public long accepted() {
        return latched + acknowledged + discardedRequests;
    }
}
