package org.irqlab.lab.compare;

import org.irqlab.lab.replay.StageAnalysis;
import org.irqlab.lab.trace.TraceEvent;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TraceInventory;
import org.irqlab.lab.trace.TraceReading;
import org.irqlab.lab.trace.TraceSink;
import org.irqlab.lab.trace.TraceSummary;
import org.irqlab.lab.trace.TracefsReader;

import java.util.List;
import java.util.OptionalDouble;

/** A recorded trace, measured: its stages, what is in it, and its workload. */
public final class TraceMeasurement {
    private static final double COARSE_STAMP_NS = 1_000;
    private static final double FINE_RESOLUTION_NS = 10;

    private final String name;
    private final TraceReading reading;
    private final TraceSummary contents;
    private final WorkloadCounts workload;
    private final boolean seesTasks;
    private final Runs rows;

    private TraceMeasurement(
            String name,
            TraceReading reading,
            TraceSummary contents,
            WorkloadCounts workload,
            boolean seesTasks,
            Runs rows) {
        this.name = name;
        this.reading = reading;
        this.contents = contents;
        this.workload = workload;
        this.seesTasks = seesTasks;
        this.rows = rows;
    }

    /**
     * Reads a trace.
     *
     * @param name what reports and errors call it
     * @param tscMhz rate of stamps that are whole cycles, 0 = infer
     * @throws org.irqlab.lab.trace.TraceFormatException if it cannot be read
     */
    public static TraceMeasurement read(TraceInput input, String name, double tscMhz) {
        var rate = tscMhz > 0 ? OptionalDouble.of(tscMhz) : OptionalDouble.empty();
        return read(new TracefsReader(input, rate), name);
    }

    static TraceMeasurement read(TracefsReader reader, String name) {
        var stages = new StageAnalysis(reader.names());
        var inventory = new TraceInventory(reader.names());
        var workload = new WorkloadCounts(reader.names());
        TraceReading reading = reader.read(new All(List.of(stages, inventory, workload)));
        return new TraceMeasurement(
                name,
                reading,
                inventory.summary(reading),
                workload,
                stages.seesTasks(),
                Runs.of(stages));
    }

    /** Returns what reports and errors call it. */
    public String name() {
        return name;
    }

    /** Returns what is in it. */
    public TraceSummary contents() {
        return contents;
    }

    TraceReading reading() {
        return reading;
    }

    WorkloadCounts workload() {
        return workload;
    }

    /** Whether switches and wakes of ordinary tasks are in it. */
    boolean seesTasks() {
        return seesTasks;
    }

    Runs rows() {
        return rows;
    }

    /** Returns below which length a difference of two stamps says nothing. */
    double resolutionNs() {
        boolean coarse = reading.clock().nsPerUnit() >= COARSE_STAMP_NS;
        return coarse ? COARSE_STAMP_NS : FINE_RESOLUTION_NS;
    }

    /** Gives every event to several sinks. */
    private record All(List<TraceSink> sinks) implements TraceSink {
        @Override
        public void event(TraceEvent event) {
            for (TraceSink sink : sinks) {
                sink.event(event);
            }
        }

        @Override
        public void lost(int cpu, long timeNs, long events) {
            for (TraceSink sink : sinks) {
                sink.lost(cpu, timeNs, events);
            }
        }
    }
}
