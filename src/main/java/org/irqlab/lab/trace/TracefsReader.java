package org.irqlab.lab.trace;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * Reads the text that the kernel prints in {@code /sys/kernel/tracing/trace}, plain or gzip, as a
 * stream of events.
 *
 * <p>Memory does not grow with the file: one buffer of 256 KB, and the names (tasks, functions,
 * devices), each once. The file must be sorted by time, as the kernel prints it. A last line
 * without line end is read if it can be, and {@link TraceReading#lastLineCut} says so.
 *
 * <p>Source of the format: Linux 6.18, kernel/trace/trace_output.c and events/.../format.
 *
 * <p><b>Threads.</b> One.
 */
public final class TracefsReader {
    /** Highest CPU number taken. */
    public static final int HIGHEST_CPU = 4095;

    /** How much of a file is looked at to find the rate of its clock. */
    private static final long HEAD_EVENTS = 1_000_000;

    private final TraceInput input;
    private final OptionalDouble tscMhz;
    private final NameTable names = new NameTable();
    private final ByteNames byteNames = new ByteNames(names);
    private final EventKind[] kinds = kindsByName(names);
    private TraceClock clock;

    /**
     * @param tscMhz rate of stamps that are whole cycles; when empty it is inferred from the tick
     */
    public TracefsReader(TraceInput input, OptionalDouble tscMhz) {
        if (tscMhz.isPresent() && !(tscMhz.getAsDouble() > 0)) {
            throw new IllegalArgumentException("tscMhz=" + tscMhz.getAsDouble() + " <= LIMIT=0");
        }
        this.input = input;
        this.tscMhz = tscMhz;
    }

    public TracefsReader(Path file) {
        this(TraceInput.file(file), OptionalDouble.empty());
    }

    /** Returns the strings behind the numbers in the events; grows while reading. */
    public NameTable names() {
        return names;
    }

    /**
     * Returns the clock of the stamps; opens the file to find out at the first call.
     *
     * @throws TraceFormatException if the file cannot be read, or the rate of its clock cannot be
     *     told
     */
    public TraceClock clock() {
        if (clock == null) {
            clock = findClock();
        }
        return clock;
    }

    /**
     * Gives every event and loss of the file to {@code sink}.
     *
     * @throws TraceFormatException if the file cannot be read to its end
     */
    public TraceReading read(TraceSink sink) {
        TraceClock known = clock();
        return scan(known, sink).run(Long.MAX_VALUE);
    }

    private TraceClock findClock() {
        TraceScan first = scan(null, event -> {});
        first.run(1);
        int digits = first.fractionDigits();
        if (digits > 0) {
            return new TraceClock.Seconds(digits);
        }
        if (tscMhz.isPresent()) {
            return new TraceClock.Counter(
                    tscMhz.getAsDouble(), TraceClock.RateSource.GIVEN, "given by --tsc-mhz");
        }
        var finder = new TickRateFinder(input.name(), names);
        scan(null, finder).run(HEAD_EVENTS);
        return finder.clock();
    }

    private TraceScan scan(TraceClock scanClock, TraceSink sink) {
        return new TraceScan(input, byteNames, kinds, scanClock, sink);
    }

    private static EventKind[] kindsByName(NameTable names) {
        var kinds = new EventKind[EventKind.values().length + 1];
        Arrays.fill(kinds, EventKind.OTHER);
        for (EventKind kind : EventKind.values()) {
            if (kind != EventKind.OTHER) {
                kinds[names.id(kind.text())] = kind;
            }
        }
        return kinds;
    }
}
