package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.OptionalDouble;

@Timeout(30)
class TracefsReaderTest {
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
}
