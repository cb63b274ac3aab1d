package org.irqlab.lab.trace;

import java.util.List;

/**
 * What is in a trace, as numbers; a component list without entries means that nothing was seen.
 * Times are ns, rates are per second of the trace. Arrays by CPU have an element for each CPU of
 * the machine; they belong to the reader of the record.
 *
 * @param file as the user named it
 * @param lines all lines of the file
 * @param events lines that are events
 * @param irqs runs of device interrupt handlers ({@code irq_handler_entry})
 * @param softirqs runs of softirq vectors ({@code softirq_entry})
 * @param lostEvents events that the trace says are missing inside it
 * @param overwrittenEvents events that the recorder dropped before the first of the trace
 * @param coverage share of the CPUs' time that is not inside a gap of lost events, 0 to 1
 * @param groups which groups of events there are, such as BASE or SCHED_ALL
 * @param whatIfs what a replay of this trace can answer
 * @param recordMore events to record beside these, as SYSTEM:EVENT
 * @param notes what a reader of results from this trace has to know
 */
public record TraceSummary(
        String file,
        Clock clock,
        long spanNs,
        int cpus,
        long lines,
        long events,
        long irqs,
        long softirqs,
        long lostEvents,
        long overwrittenEvents,
        double coverage,
        List<NamedCount> kinds,
        List<IrqLine> irqLines,
        List<SoftirqLine> softirqLines,
        List<VectorLine> vectorLines,
        List<NapiLine> napiLines,
        List<NamedCount> workqueues,
        List<NamedCount> workFunctions,
        List<TaskLine> tasks,
        List<String> groups,
        List<WhatIf> whatIfs,
        List<String> recordMore,
        List<String> notes) {

    /**
     * The stamps.
     *
     * @param resolutionNs one unit of the last digit
     * @param mhz rate of a cycle counter, else 0
     * @param how in words
     */
    public record Clock(double resolutionNs, double mhz, String how) {}

    /** Something with a name that was seen a number of times. */
    public record NamedCount(String name, long count) {}

    /** One action of one interrupt line; a shared line has several. */
    public record IrqLine(
            int irq, String name, long count, long[] perCpu, double perSecond, long unhandled) {}

    /**
     * One softirq vector.
     *
     * @param raisedInInterrupt raises on each CPU while it was in an interrupt
     * @param raisedOutside raises on each CPU outside interrupts: by tasks and softirqs
     */
    public record SoftirqLine(
            int vector,
            String name,
            long count,
            long[] perCpu,
            double perSecond,
            long[] raisedInInterrupt,
            long[] raisedOutside) {}

    /** The local timer, or one kind of inter-processor interrupt. */
    public record VectorLine(
            String name, int vector, long count, long[] perCpu, double perSecond) {}

    /**
     * Polls of the NAPI instances of one device.
     *
     * @param fullPolls polls that used up their budget
     */
    public record NapiLine(String device, long polls, long packets, long fullPolls) {}

    /** Events recorded while a task was current on the CPU, by context. */
    public record TaskLine(int pid, String name, long inTask, long inSoftirq, long inInterrupt) {
        public long total() {
            return inTask + inSoftirq + inInterrupt;
        }
    }

    /** Whether a question can be answered from this trace. */
    public enum Answer {
        YES,
        /** With costs that are assumed, not calibrated from this trace. */
        ASSUMED,
        NO
    }

    /** One thing that a replay could do with this trace. */
    public record WhatIf(String strategy, Answer answer, String why) {}
}
