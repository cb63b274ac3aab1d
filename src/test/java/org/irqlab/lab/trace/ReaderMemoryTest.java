package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import java.util.zip.GZIPOutputStream;

/**
 * A reader allocates as much for a long trace as for a short one, so its memory cannot grow with
 * the file: all that it ever holds is a part of what it ever allocated.
 */
@Timeout(120)
class ReaderMemoryTest {
    private static final int SHORT = 2;
    private static final int LONG = 12;

    /** What the JVM may allocate on our thread for its own reasons. */
    private static final long TOLERANCE_BYTES = 16 << 10;

    @Test
    void aLongTraceTakesNoMoreMemoryThanAShortOne() throws IOException {
        byte[] shortTrace = repeated(SHORT, false);
        byte[] longTrace = repeated(LONG, false);
        long events = allocating(shortTrace).events();
        // Again, when everything is loaded.
        long bytesForShort = allocating(shortTrace).bytes();
        Cost forLong = allocating(longTrace);
        assertEquals(events / SHORT * LONG, forLong.events());
        assertTrue(
                Math.abs(forLong.bytes() - bytesForShort) < TOLERANCE_BYTES,
                () -> forLong.bytes() + " bytes, " + bytesForShort + " for a sixth of it");
    }

    @Test
    void norDoesALongGzipTrace() throws IOException {
        byte[] shortTrace = repeated(SHORT, true);
        byte[] longTrace = repeated(LONG, true);
        allocating(shortTrace);
        long bytesForShort = allocating(shortTrace).bytes();
        long bytesForLong = allocating(longTrace).bytes();
        assertTrue(
                Math.abs(bytesForLong - bytesForShort) < TOLERANCE_BYTES,
                () -> bytesForLong + " bytes, " + bytesForShort + " for a sixth of it");
    }

    private record Cost(long events, long bytes) {}

    private static Cost allocating(byte[] trace) {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        var reader = new TracefsReader(TraceInput.bytes("t", trace), OptionalDouble.empty());
        long events = reader.read(event -> {}).events();
        return new Cost(events, threads.getCurrentThreadAllocatedBytes() - before);
    }

    /** The bundled trace again and again, each time an hour later. */
    private static byte[] repeated(int times, boolean gzip) throws IOException {
        String text = TraceExcerptTest.text(TraceInput.bundled("fio-randread-qd1"));
        var seconds = Pattern.compile("  2(\\d\\d\\d\\.\\d{6}: )");
        var out = new ByteArrayOutputStream();
        try (var to = gzip ? new GZIPOutputStream(out) : out) {
            for (int i = 0; i < times; i++) {
                to.write(
                        seconds.matcher(text)
                                .replaceAll(" " + (i + 1) + "2$1")
                                .getBytes(StandardCharsets.ISO_8859_1));
            }
        }
        return out.toByteArray();
    }
}
