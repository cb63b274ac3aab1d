package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashSet;
import java.util.OptionalDouble;

/** Real traces, read by the scanner and by the model with regular expressions. */
@Timeout(60)
class TraceExcerptTest {
    private static final double MHZ = 2596.122;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hackbench-ipi.trace",
                "fsync-loop.trace.gz",
                "napi-threaded-tsc.trace.gz",
                "timers-many.trace.gz",
                "tick-tsc.trace.gz",
                "fio-randread-qd1.trace.gz"
            })
    void readsEveryFieldAsTheModelDoes(String excerpt) throws IOException {
        var input = excerpt(excerpt);
        var reader = new TracefsReader(input, OptionalDouble.of(MHZ));
        var text = new EventText(reader.names());
        TraceReading reading = reader.read(text);

        var lines = Arrays.asList(text(input).split("\n"));
        assertEquals(lines.size(), reading.lines());
        assertEquals(RegexReading.events(lines, 1000 / MHZ), text.events);
    }

    @Test
    void theExcerptsHoldTheOddThingsOfRealTraces() throws IOException {
        var seen = new HashSet<String>();
        for (String excerpt :
                new String[] {
                    "hackbench-ipi.trace", "fsync-loop.trace.gz", "timers-many.trace.gz"
                }) {
            String text = text(excerpt(excerpt));
            for (String odd :
                    new String[] {
                        "reschedule_entry",
                        "csd_function_entry",
                        "kworker/1:1H-44",
                        "<idle>-0",
                        "dNh",
                        "hrtimer_expire_entry",
                        "call_function_single_entry"
                    }) {
                if (text.contains(odd)) {
                    seen.add(odd);
                }
            }
        }
        assertEquals(7, seen.size(), seen::toString);
    }

    @Test
    void theTicksOfARealTraceTellTheRateOfItsClock() throws IOException {
        var reader = new TracefsReader(excerpt("tick-tsc.trace.gz"), OptionalDouble.empty());
        var clock = (TraceClock.Counter) reader.clock();
        assertEquals(MHZ, clock.mhz(), MHZ * 1e-3);
        assertEquals(TraceClock.RateSource.TICK_AND_TIMERS, clock.source());
        assertTrue(clock.how().contains("HZ=250"), clock.how());
    }

    static TraceInput excerpt(String name) throws IOException {
        try (InputStream in = TraceExcerptTest.class.getResourceAsStream("/traces/" + name)) {
            return TraceInput.bytes(name, in.readAllBytes());
        }
    }

    static String text(TraceInput input) throws IOException {
        try (InputStream in = input.open()) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }
    }
}
