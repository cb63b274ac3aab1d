package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalDouble;

@Timeout(30)
class TracefsReaderTest {
    private static final String EVENT =
            "          <idle>-0       [001] d.h1.  2297.669254: irq_handler_entry: irq=36 name=x\n";

    @Test
    void readsTheBundledTraceToItsLastLine() {
        var reader =
                new TracefsReader(TraceInput.bundled("fio-randread-qd1"), OptionalDouble.empty());
        long[] counts = new long[EventKind.values().length];
        TraceReading reading = reader.read(event -> counts[event.kind.ordinal()]++);

        // Counted with grep.
        assertEquals(26266, reading.lines());
        assertEquals(26254, reading.events());
        assertEquals(3345, counts[EventKind.IRQ_HANDLER_ENTRY.ordinal()]);
        assertEquals(3345, counts[EventKind.IRQ_HANDLER_EXIT.ordinal()]);
        assertEquals(3728, counts[EventKind.SOFTIRQ_RAISE.ordinal()]);
        assertEquals(3933, counts[EventKind.LOCAL_TIMER_ENTRY.ordinal()]);
        assertEquals(91, counts[EventKind.WORKQUEUE_QUEUE_WORK.ordinal()]);
        assertEquals(57, counts[EventKind.WORKQUEUE_EXECUTE_END.ordinal()]);
        assertEquals(88, counts[EventKind.SCHED_SWITCH.ordinal()]);
        assertEquals(0, counts[EventKind.OTHER.ordinal()]);
        assertEquals(2, reading.cpus());
        assertEquals(2_302_056_042_000L - 2_297_669_254_000L, reading.spanNs());
        assertEquals(6, assertInstanceOf(TraceClock.Seconds.class, reading.clock()).digits());
        assertFalse(reading.lastLineCut());
    }

    /** What is before the event's name, and what is read from it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "~          <idle>-0       [001] d.h1.  2297.669254: ~"
                        + "| cpu=1 pid=0 comm=<idle> off=true resched=false context=h",
                "~     kworker/1:1H-44      [001] dNs4.  2297.669254: ~"
                        + "| cpu=1 pid=44 comm=kworker/1:1H off=true resched=true context=s",
                "~       VM Thread-1234567 [063] ..... 99999.000001: ~"
                        + "| cpu=63 pid=1234567 comm=VM Thread off=false resched=false context=.",
                "~ memfd:sealed-91-2634    [001] D..1.  2688.967031: ~"
                        + "| cpu=1 pid=2634 comm=memfd:sealed-91 off=true resched=false context=.",
                "~           <...>-77      [4095] .n.b2  2688.967031: ~"
                        + "| cpu=4095 pid=77 comm=<...> off=false resched=true context=.",
                "~     a-1 [2] (x)-77      [001] bLH1.  2688.967031: ~"
                        + "| cpu=1 pid=77 comm=a-1 [2] (x) off=false resched=true context=H",
                "~              -9-5       [000] d.h1.  2688.967031: ~"
                        + "| cpu=0 pid=5 comm=-9 off=true resched=false context=h",
                "~            bash-2794    [000] d.Z1  2688.967031: ~"
                        + "| cpu=0 pid=2794 comm=bash off=true resched=false context=Z",
                "~            bash-2794    ( 2790) [000] d.h1.  2688.967031: ~"
                        + "| cpu=0 pid=2794 comm=bash off=true resched=false context=h",
                "~            bash-2794    (-------) [000] d.h1.  2688.967031: ~"
                        + "| cpu=0 pid=2794 comm=bash off=true resched=false context=h",
                "~            bash-2794    [000]  2688.967031: ~"
                        + "| cpu=0 pid=2794 comm=bash off=false resched=false context=.",
                "~bash-2794 [000] d.h1. 2688.967031: ~"
                        + "| cpu=0 pid=2794 comm=bash off=true resched=false context=h",
                "~            bash-2794    [000] d.h1. 2688.967031123: ~"
                        + "| cpu=0 pid=2794 comm=bash off=true resched=false context=h",
                "~            bash-2794    [000] d.h1. 14886383382742: ~"
                        + "| cpu=0 pid=2794 comm=bash off=true resched=false context=h"
            })
    void readsTaskCpuAndFlags(String prefix, String expected) {
        String event = read(prefix + "local_timer_entry: vector=236\n").getFirst();
        assertEquals("line=1 ns=0 " + expected + " local_timer_entry number=236", event);
    }

    @Test
    void acceptsBlankLinesTrailingBlanksAndCarriageReturns() {
        List<String> events =
                read(
                        "\r\n   \n\n"
                                + EVENT.replace("\n", "  \r\n")
                                + "# a comment\n\n"
                                + EVENT.replace("\n", "\t\n"));
        assertEquals(2, events.size());
        assertTrue(events.getFirst().startsWith("line=4 "), events.getFirst());
        assertTrue(events.getFirst().endsWith("irq=36 name=x"), events.getFirst());
        assertTrue(events.getLast().startsWith("line=7 "), events.getLast());
    }

    @Test
    void readsOverStackTracesAndTextWithoutAnEventName() {
        List<String> events =
                read(
                        EVENT
                                + EVENT.replace("irq_handler_entry: irq=36 name=x", "<stack trace>")
                                + " => handle_irq\n => common_interrupt\n"
                                + EVENT);
        assertEquals(3, events.size());
        assertTrue(events.get(1).endsWith(" other <stack"), events.get(1));
    }

    @Test
    void countsMicrosecondsNanosecondsAndCyclesFromTheFirstEvent() {
        String micros = EVENT + EVENT.replace("2297.669254", "2297.670257");
        assertTrue(read(micros).get(1).contains(" ns=1003000 "));
        assertTrue(
                read(micros.replace("257:", "257999:").replace("254:", "254001:"))
                        .get(1)
                        .contains(" ns=1003998 "));
        String cycles =
                EVENT.replace("2297.669254", "14886383382742")
                        + EVENT.replace("2297.669254", "14886383642354");
        assertTrue(
                read(cycles, 2596.12).get(1).contains(" ns=100000 "),
                read(cycles, 2596.12)::toString);
    }

    @Test
    void givesALossBeforeTheNextEventOfItsCpu() {
        String trace =
                "# entries-in-buffer/entries-written: 4/9   #P:3\n"
                        + EVENT
                        + "CPU:2 [LOST 17 EVENTS]\n"
                        + EVENT.replace(".669254", ".669300")
                        + "##### CPU 0 buffer started ####\n"
                        + EVENT.replace("[001]", "[000]").replace(".669254", ".669301")
                        + EVENT.replace("[001]", "[002]").replace(".669254", ".669302")
                        + "CPU:2 [LOST EVENTS]\n"
                        + "CPU:2 [LOST 4 EVENTS]\n";
        var reader =
                new TracefsReader(
                        TraceInput.bytes("t", trace.getBytes(StandardCharsets.ISO_8859_1)),
                        OptionalDouble.empty());
        var text = new EventText(reader.names());
        TraceReading reading = reader.read(text);

        List<String> events = text.events;
        assertEquals(7, events.size());
        assertEquals("lost cpu=0 ns=47000 count=-1", events.get(2));
        assertTrue(events.get(3).contains("cpu=0"));
        assertEquals("lost cpu=2 ns=48000 count=17", events.get(4));
        assertTrue(events.get(5).contains("cpu=2"));
        assertEquals("lost cpu=2 ns=48000 count=4", events.get(6));
        assertEquals(21, reading.lostEvents());
        assertEquals(4, reading.lostMarks());
        assertEquals(5, reading.overwrittenEvents());
        assertEquals(3, reading.cpus());
    }

    @Test
    void readsALastLineWithoutLineEndAndSaysSo() {
        String trace = EVENT + EVENT.stripTrailing();
        var reader =
                new TracefsReader(
                        TraceInput.bytes("t", trace.getBytes(StandardCharsets.ISO_8859_1)),
                        OptionalDouble.empty());
        TraceReading reading = reader.read(event -> {});
        assertEquals(2, reading.events());
        assertTrue(reading.lastLineCut());
    }

    @Test
    void canReadAgainFromTheSameReader() {
        var reader =
                new TracefsReader(TraceInput.bundled("fio-randread-qd1"), OptionalDouble.empty());
        TraceReading first = reader.read(event -> {});
        int names = reader.names().size();
        assertEquals(first, reader.read(event -> {}));
        assertEquals(names, reader.names().size());
    }

    private static List<String> read(String trace) {
        return read(trace, 1000);
    }

    private static List<String> read(String trace, double mhz) {
        var reader =
                new TracefsReader(
                        TraceInput.bytes("t", trace.getBytes(StandardCharsets.ISO_8859_1)),
                        OptionalDouble.of(mhz));
        var text = new EventText(reader.names());
        reader.read(text);
        return text.events;
    }
}
