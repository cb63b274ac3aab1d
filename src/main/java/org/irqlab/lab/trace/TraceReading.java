package org.irqlab.lab.trace;

/**
 * What a reader knows about the file it has read, beside the events that it gave to the sink.
 *
 * @param file as the user named it
 * @param lines all lines, with comments
 * @param events lines that are events
 * @param spanNs first to last event
 * @param cpus number of CPUs: of the header if it says, else one more than the highest seen
 * @param tracer of the header, empty if it does not say
 * @param entriesInBuffer of the header, -1 if it does not say
 * @param entriesWritten of the header, -1 if it does not say; what is above {@code entriesInBuffer}
 *     was overwritten, so that each CPU has the tail of what happened and starts of pairs may be
 *     missing
 * @param lostEvents sum of what LOST lines say
 * @param lostMarks lines that say that events are missing: LOST, and a buffer that starts late
 * @param flags whether the lines had the column of irq and preempt flags
 * @param lastLineCut the file ends within a line, which could be read all the same; its last number
 *     may be wrong
 */
public record TraceReading(
        String file,
        TraceClock clock,
        long lines,
        long events,
        long spanNs,
        int cpus,
        String tracer,
        long entriesInBuffer,
        long entriesWritten,
        long lostEvents,
        long lostMarks,
        boolean flags,
        boolean lastLineCut) {

    /** Returns how many events the recorder overwrote, by the header; 0 if it does not say. */
    public long overwrittenEvents() {
        return Math.max(0, entriesWritten - entriesInBuffer);
    }
}
