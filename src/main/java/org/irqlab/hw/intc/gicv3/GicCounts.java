package org.irqlab.hw.intc.gicv3;

/**
 * One CPU's part of the conservation law.
 *
 * <p>At quiescence the {@code LATCHED} outcomes of all producers, and those {@code PENDED_MASKED}
 * that were enabled later, equal the acknowledges of all CPUs plus what is still pending plus what
 * was withdrawn; levels that stayed high are acknowledged again without a fire.
 *
 * @param acknowledged interrupts taken by the CPU
 * @param ended priorities dropped by EOIR
 * @param deactivated interrupts that EOIR or DIR of this CPU took out of the active state
 * @param spurious acknowledges of a committed CPU that found nothing
 * @param ignoredEnds EOIRs and DIRs that had nothing to end: guest errors, without effect
 * @param disorderedEnds EOIRs that did not name the interrupt acknowledged last: guest errors
 */
public record GicCounts(
        long acknowledged,
        long ended,
        long deactivated,
        long spurious,
        long ignoredEnds,
        long disorderedEnds) {}
