package org.irqlab.base.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

/**
 * The flags column as tracefs explains it in its header: irqs-off, need-resched, hardirq/softirq,
 * preempt-depth, migrate-disable.
 */
@Timeout(value = 20, unit = TimeUnit.SECONDS)
class TraceFlagsTest {
    @Test
    void showsATaskWithNothingOffAsDots() {
        assertEquals(".....", TraceFlags.text(0));
    }

    @Test
    void showsInterruptsAndBottomHalvesOffInOneLetter() {
        assertEquals("d....", TraceFlags.text(TraceFlags.IRQS_OFF));
        assertEquals("b....", TraceFlags.text(TraceFlags.BH_OFF));
        assertEquals("D....", TraceFlags.text(TraceFlags.IRQS_OFF | TraceFlags.BH_OFF));
    }

    @Test
    void showsAHandlerOnTopOfASoftirqAsCapitalH() {
        assertEquals("..h..", TraceFlags.text(TraceFlags.HARDIRQ));
        assertEquals("..s..", TraceFlags.text(TraceFlags.SOFTIRQ));
        assertEquals("..H..", TraceFlags.text(TraceFlags.HARDIRQ | TraceFlags.SOFTIRQ));
    }

    @Test
    void showsAnNmiAsZedAndTheOneThatTheKernelCountsAsAHardirqAsCapital() {
        assertEquals("..z..", TraceFlags.text(TraceFlags.NMI));
        assertEquals("..Z..", TraceFlags.text(TraceFlags.NMI | TraceFlags.HARDIRQ));
        int onSoftirq = TraceFlags.NMI | TraceFlags.HARDIRQ | TraceFlags.SOFTIRQ;
        assertEquals("..Z..", TraceFlags.text(onSoftirq));
        assertEquals('Z', TraceFlags.context(onSoftirq));
    }

    @Test
    void showsNeedReschedAndTheDepthInHexadecimal() {
        assertEquals(".N.2.", TraceFlags.text(TraceFlags.withDepth(TraceFlags.NEED_RESCHED, 2)));
        assertEquals("...a.", TraceFlags.text(TraceFlags.withDepth(0, 10)));
        assertEquals("...f.", TraceFlags.text(TraceFlags.withDepth(0, 200)));
    }

    @Test
    void fitsIntoTheTwentyFourBitsOfARecord() {
        int all =
                TraceFlags.withDepth(
                        TraceFlags.IRQS_OFF
                                | TraceFlags.BH_OFF
                                | TraceFlags.NEED_RESCHED
                                | TraceFlags.HARDIRQ
                                | TraceFlags.SOFTIRQ
                                | TraceFlags.NMI,
                        255);
        var ring = new TraceRing(1);
        ring.record(0, Tracepoint.HOST_STEAL, all, 0, 0, 0, 0);
        assertEquals("DNZf.", TraceFlags.text(ring.flags(0)));
    }

    @Test
    void givesEveryNameOneNumber() {
        var names = new NameTable();
        assertEquals(0, names.id(""));
        int disk = names.id("nvme0q1");
        assertEquals(disk, names.id("nvme0q1"));
        assertEquals(disk, names.id("x nvme0q1 y".getBytes(), 2, 9));
        assertEquals("nvme0q1", names.name(disk));
        assertEquals(2, names.size());
    }
}
