package org.irqlab.lab.trace;

import java.nio.charset.StandardCharsets;

/** The lines of a trace that begin with '#': what the kernel says about its buffer. */
final class TraceHeader {
    private static final int MOST_BYTES_BETWEEN = 64;
    private static final byte[] TRACER = EventArguments.bytes("# tracer: ");
    private static final byte[] ENTRIES =
            EventArguments.bytes("# entries-in-buffer/entries-written: ");
    private static final byte[] CPUS = EventArguments.bytes(" #P:");
    private static final byte[] BUFFER = EventArguments.bytes("##### CPU ");
    private static final byte[] STARTED = EventArguments.bytes("buffer started");

    String tracer = "";
    long entriesInBuffer = -1;
    long entriesWritten = -1;

    /** 0 if not known. */
    int cpus;

    /** Takes a line that begins with '#'; returns the CPU whose buffer starts here, else -1. */
    int take(Cursor c) {
        if (c.take(BUFFER)) {
            int cpu = c.integerUpTo(Integer.MAX_VALUE);
            c.expect(STARTED);
            return cpu;
        }
        if (c.take(TRACER)) {
            tracer = new String(c.text, c.at, c.end - c.at, StandardCharsets.ISO_8859_1);
        } else if (c.take(ENTRIES)) {
            entriesInBuffer = c.number();
            c.at++;
            entriesWritten = c.number();
            int place = c.search(CPUS, MOST_BYTES_BETWEEN);
            if (place >= 0) {
                c.at = place + CPUS.length;
                cpus = c.integerUpTo(TracefsReader.HIGHEST_CPU + 1);
            }
        }
        return -1;
    }
}
