package org.irqlab.lab.trace;

import org.irqlab.base.HotPath;

import java.util.Arrays;
import java.util.Locale;

/**
 * One pass over the text of a trace: cuts lines, reads them, checks times and CPU numbers, and
 * gives events and losses to a sink.
 *
 * <p><b>Threads.</b> One. After the names have been seen once, an event allocates nothing.
 */
final class TraceScan {
    /** No recorded machine is silent for a day: a longer step ahead is a damaged stamp. */
    private static final long LONGEST_SILENCE_NS = 86_400_000_000_000L;

    private static final long NO_LOSS = -2;
    private static final long UNKNOWN_LOSS = -1;
    private static final byte[] CPU = EventArguments.bytes("CPU:");
    private static final byte[] LOST = EventArguments.bytes("[LOST ");
    private static final byte[] EVENTS = EventArguments.bytes("EVENTS]");
    private static final byte[] CALLER = EventArguments.bytes("=> ");

    private final TraceInput input;
    private final EventKind[] kinds;
    private final LinePrefix prefix;
    private final EventArguments arguments;
    private final TraceSink sink;
    private final TraceHeader header = new TraceHeader();
    private final TraceEvent event = new TraceEvent();

    /** Null: stamps are given as they are, their unit not being known yet. */
    private final TraceClock clock;

    private final long integerNsPerUnit;
    private final double nsPerUnit;

    private int cpuLimit = TracefsReader.HIGHEST_CPU + 1;
    private int highestCpu = -1;
    private long events;
    private long firstStamp;
    private long lastStamp;
    private long lastNs;
    private int fractionDigits;
    private boolean flags;
    private final long[] lastStampOfCpu = new long[TracefsReader.HIGHEST_CPU + 1];

    // Losses that wait for the next event of their CPU.
    private final long[] lossOfCpu = new long[TracefsReader.HIGHEST_CPU + 1];
    private int lossesWaiting;
    private long lostEvents;
    private long lostMarks;

    /**
     * @param kinds event kinds by number of their name
     * @param clock null to get stamps as they are
     */
    TraceScan(
            TraceInput input,
            ByteNames names,
            EventKind[] kinds,
            TraceClock clock,
            TraceSink sink) {
        this.input = input;
        this.kinds = kinds;
        this.clock = clock;
        this.sink = sink;
        prefix = new LinePrefix(names);
        arguments = new EventArguments(names);
        nsPerUnit = clock == null ? 1 : clock.nsPerUnit();
        integerNsPerUnit = nsPerUnit == Math.rint(nsPerUnit) ? (long) nsPerUnit : 0;
        Arrays.fill(lossOfCpu, NO_LOSS);
    }

    /** Returns the digits after the point of this trace's stamps: 6, 9, or 0 for a counter. */
    int fractionDigits() {
        return fractionDigits;
    }

    /** Reads to the end, or until {@code mostEvents} were read. */
    TraceReading run(long mostEvents) {
        try (var lines = new LineScanner(input.name(), input.open())) {
            var cursor = new Cursor(input.name());
            while (events < mostEvents && lines.next(cursor)) {
                line(cursor, lines);
            }
            if (events == 0) {
                throw new TraceFormatException(
                        input.name(),
                        0,
                        "has no events",
                        "was tracing_on set, and were events enabled?");
            }
            deliverRemainingLosses();
            return reading(lines);
        }
    }

    private void line(Cursor cursor, LineScanner lines) {
        cursor.kind = null;
        cursor.trimEnd();
        if (cursor.atEnd()) {
            return;
        }
        byte first = cursor.text[cursor.at];
        if (first == '#') {
            comment(cursor);
        } else if (first == 'C' && cursor.isHere(CPU, cursor.at)) {
            lossLine(cursor);
        } else if (lines.unterminated()) {
            lastLine(cursor);
        } else {
            event(cursor);
        }
    }

    private void lastLine(Cursor cursor) {
        prefix.strict = true;
        try {
            event(cursor);
        } catch (TraceFormatException e) {
            throw new TraceFormatException(
                    e.file(),
                    e.line(),
                    "the last line is cut off: " + e.what(),
                    "record again, or delete that line",
                    e);
        }
    }

    @HotPath
    private void event(Cursor cursor) {
        if (isCaller(cursor)) {
            return;
        }
        prefix.parse(cursor, event);
        if (event.cpu >= cpuLimit) {
            throw badCpu(cursor, event.cpu);
        }
        event.line = cursor.line;
        time(cursor);
        int name = prefix.eventNameId;
        EventKind kind = name < kinds.length ? kinds[name] : EventKind.OTHER;
        event.kind = kind;
        cursor.kind = kind;
        if (kind == EventKind.OTHER) {
            event.nameId = name;
        } else {
            arguments.parse(cursor, event);
        }
        events++;
        flags |= prefix.flags;
        if (lossesWaiting > 0) {
            deliverLoss(event.cpu, event.timeNs);
        }
        sink.event(event);
    }

    /** A line of a stack trace below an event. */
    private static boolean isCaller(Cursor c) {
        int i = c.at;
        while (i < c.end && Cursor.isBlank(c.text[i])) {
            i++;
        }
        return c.isHere(CALLER, i);
    }

    @HotPath
    private void time(Cursor cursor) {
        long stamp = prefix.stamp;
        if (events == 0) {
            firstStamp = stamp;
            lastStamp = stamp;
            fractionDigits = prefix.fractionDigits;
        }
        if (prefix.fractionDigits != fractionDigits) {
            throw cursor.failure(
                    "this time has "
                            + prefix.fractionDigits
                            + " digits after the point, those before have "
                            + fractionDigits,
                    "one file must hold one recording");
        }
        if (stamp < lastStamp) {
            throw backwards(cursor, stamp);
        }
        long units = stamp - firstStamp;
        long ns = integerNsPerUnit > 0 ? units * integerNsPerUnit : (long) (units * nsPerUnit);
        if (ns - lastNs > LONGEST_SILENCE_NS && clock != null) {
            throw cursor.failure(
                    "impossible time: "
                            + (ns - lastNs) / 1_000_000_000
                            + " s after the event before",
                    "the line is damaged");
        }
        lastStamp = stamp;
        lastNs = ns;
        lastStampOfCpu[event.cpu] = stamp;
        event.timeNs = ns;
        if (event.cpu > highestCpu) {
            highestCpu = event.cpu;
        }
    }

    private TraceFormatException backwards(Cursor cursor, long stamp) {
        String unit =
                switch (fractionDigits) {
                    case 6 -> " us";
                    case 9 -> " ns";
                    default -> " cycles";
                };
        long own = lastStampOfCpu[event.cpu] - stamp;
        if (own > 0) {
            return cursor.failure(
                    "time goes back by " + own + unit + " on CPU " + event.cpu,
                    "one file must hold one recording, undamaged");
        }
        return cursor.failure(
                String.format(
                        Locale.ROOT,
                        "out of order: %d%s before the event above",
                        lastStamp - stamp,
                        unit),
                "give the merged file trace, not trace_pipe or several per_cpu files");
    }

    private TraceFormatException badCpu(Cursor cursor, int cpu) {
        if (header.cpus > 0) {
            return cursor.failure(
                    "CPU " + cpu + " is out of range, the header says #P:" + header.cpus,
                    "if CPUs of that machine are offline, raise the number after #P:");
        }
        return cursor.failure(
                "CPU " + cpu + " is out of range 0 to " + TracefsReader.HIGHEST_CPU,
                "the line is damaged");
    }

    private void comment(Cursor cursor) {
        int cpu = header.take(cursor);
        if (header.cpus > 0) {
            cpuLimit = header.cpus;
        }
        if (cpu >= 0) {
            loss(cursor, cpu, UNKNOWN_LOSS);
        }
    }

    /** "CPU:2 [LOST 17 EVENTS]", or "CPU:2 [LOST EVENTS]" when the kernel has not counted. */
    private void lossLine(Cursor cursor) {
        cursor.expect(CPU);
        int cpu = cursor.integerUpTo(Integer.MAX_VALUE);
        cursor.expect(LOST);
        long count = UNKNOWN_LOSS;
        if (!cursor.isHere(EVENTS, cursor.at)) {
            count = cursor.number();
            lostEvents += count;
        }
        cursor.expect(EVENTS);
        loss(cursor, cpu, count);
    }

    private void loss(Cursor cursor, int cpu, long count) {
        if (cpu >= cpuLimit) {
            throw badCpu(cursor, cpu);
        }
        lostMarks++;
        if (lossOfCpu[cpu] == NO_LOSS) {
            lossesWaiting++;
            lossOfCpu[cpu] = count;
        } else if (count >= 0) {
            lossOfCpu[cpu] = Math.max(0, lossOfCpu[cpu]) + count;
        }
    }

    private void deliverLoss(int cpu, long ns) {
        long count = lossOfCpu[cpu];
        if (count != NO_LOSS) {
            lossOfCpu[cpu] = NO_LOSS;
            lossesWaiting--;
            sink.lost(cpu, ns, count);
        }
    }

    private void deliverRemainingLosses() {
        for (int cpu = 0; cpu < lossOfCpu.length && lossesWaiting > 0; cpu++) {
            deliverLoss(cpu, lastNs);
        }
    }

    private TraceReading reading(LineScanner lines) {
        return new TraceReading(
                input.name(),
                clock,
                lines.lines(),
                events,
                lastNs,
                Math.max(header.cpus, highestCpu + 1),
                header.tracer,
                header.entriesInBuffer,
                header.entriesWritten,
                lostEvents,
                lostMarks,
                flags,
                lines.unterminated());
    }
}
