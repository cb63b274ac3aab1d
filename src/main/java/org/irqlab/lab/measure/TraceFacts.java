package org.irqlab.lab.measure;

import java.util.List;

/**
 * What is known of a trace before it is replayed.
 *
 * @param name for people: the file, or what is bundled
 * @param events events read
 * @param irqs interrupt handler runs
 * @param softirqs softirq runs
 * @param cpus CPUs seen
 * @param durationNs from the first to the last event
 * @param coverage share of the time without lost events, 0 to 1
 * @param clock how the stamps were read, such as {@code x86-tsc at 2596.122 MHz (inferred)}
 * @param notes what could not be used, with counts
 */
public record TraceFacts(
        String name,
        long events,
        long irqs,
        long softirqs,
        int cpus,
        long durationNs,
        double coverage,
        String clock,
        List<String> notes) {}
