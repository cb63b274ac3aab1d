package org.irqlab.kernel.workqueue;

/**
 * What became of queued work, exact once the machine is quiescent.
 *
 * @param queued successful queueings
 * @param ran functions that have returned
 * @param cancelled items taken back before they ran
 * @param coalesced queueings that found the item pending
 * @param refused queueings of a disabled item
 * @param workerShortage how often work found all workers of its pool busy or asleep in items
 * @param leakedAtomic functions that returned with preemption or interrupts off
 */
public record WorkCounts(
        long queued,
        long ran,
        long cancelled,
        long coalesced,
        long refused,
        long workerShortage,
        long leakedAtomic) {
    /** Returns how many queued items have not run yet, those that run right now included. */
    public long outstanding() {
        return queued - ran - cancelled;
    }
}
