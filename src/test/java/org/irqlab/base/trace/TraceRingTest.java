package org.irqlab.base.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class TraceRingTest {
    @Test
    void keepsEveryFieldOfEveryEventInOrder() {
        var ring = new TraceRing(Tracepoint.values().length);
        int i = 0;
        for (Tracepoint event : Tracepoint.values()) {
            ring.record(1000L + i, event, i * 77, 4_000_000 + i, -i, Long.MAX_VALUE - i, 3L * i);
            i++;
        }
        assertEquals(i, ring.size());
        for (int at = 0; at < i; at++) {
            assertEquals(1000L + at, ring.timeNs(at));
            assertEquals(Tracepoint.values()[at], ring.event(at));
            assertEquals(at * 77, ring.flags(at));
            assertEquals(4_000_000 + at, ring.pid(at));
            assertEquals(-at, ring.a(at));
            assertEquals(Long.MAX_VALUE - at, ring.b(at));
            assertEquals(3L * at, ring.c(at));
        }
    }

    @Test
    void keepsAllBitsOfFlagsAndPidApart() {
        var ring = new TraceRing(3);
        ring.record(0, Tracepoint.HOST_STEAL, 0xff_ffff, 0, 0, 0, 0);
        ring.record(0, Tracepoint.HOST_STEAL, 0, -1, 0, 0, 0);
        ring.record(0, Tracepoint.IRQ_HANDLER_ENTRY, 0xff_ffff, Integer.MIN_VALUE, 0, 0, 0);
        assertEquals(0xff_ffff, ring.flags(0));
        assertEquals(0, ring.pid(0));
        assertEquals(0, ring.flags(1));
        assertEquals(-1, ring.pid(1));
        assertEquals(Tracepoint.HOST_STEAL, ring.event(1));
        assertEquals(Tracepoint.IRQ_HANDLER_ENTRY, ring.event(2));
        assertEquals(Integer.MIN_VALUE, ring.pid(2));
    }

    @Test
    void countsWhatItDropsAndKeepsWhatCameFirst() {
        var ring = new TraceRing(4);
        for (int i = 0; i < 10; i++) {
            ring.record(i, Tracepoint.SOFTIRQ_RAISE, 0, 0, i, 0, 0);
        }
        assertEquals(4, ring.size());
        assertEquals(6, ring.dropped());
        for (int i = 0; i < 4; i++) {
            assertEquals(i, ring.a(i));
        }
    }

    @Test
    void startsAgainAfterTheWarmUp() {
        var ring = new TraceRing(1);
        ring.record(1, Tracepoint.SOFTIRQ_RAISE, 0, 0, 1, 0, 0);
        ring.record(2, Tracepoint.SOFTIRQ_RAISE, 0, 0, 2, 0, 0);
        ring.clear();
        assertEquals(0, ring.size());
        assertEquals(0, ring.dropped());
        ring.record(3, Tracepoint.SOFTIRQ_RAISE, 0, 0, 3, 0, 0);
        assertEquals(3, ring.a(0));
        assertEquals(0, ring.dropped());
    }
}
