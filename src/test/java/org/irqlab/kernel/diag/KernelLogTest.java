package org.irqlab.kernel.diag;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(10)
class KernelLogTest {
    private static final ReportContext CONTEXT = new ReportContext(1, 42, "task", 0x1_0001, true);

    private final AtomicLong nowNs = new AtomicLong(-5_000_000_000L);
    private final KernelLog log = new KernelLog(nowNs::get);

    @Test
    void keepsOneSleepASecondAndCountsTheRest() {
        assertTrue(report(ReportKind.SLEEP_IN_ATOMIC, "a"));
        nowNs.addAndGet(999_999_999);
        assertFalse(report(ReportKind.SLEEP_IN_ATOMIC, "b"));
        nowNs.addAndGet(1);
        assertTrue(report(ReportKind.SLEEP_IN_ATOMIC, "c"));

        assertEquals(3, log.count(ReportKind.SLEEP_IN_ATOMIC));
        assertEquals(List.of("a", "c"), log.reports().stream().map(Report::what).toList());
    }

    @Test
    void keepsTheFirstLeakOfEachHandler() {
        assertTrue(report(ReportKind.PREEMPT_LEAK, "nic"));
        assertFalse(report(ReportKind.PREEMPT_LEAK, "nic"));
        assertTrue(report(ReportKind.PREEMPT_LEAK, "disk"));
        assertTrue(report(ReportKind.LOCK_LEAK, "nic"), "another kind");

        assertEquals(3, log.count(ReportKind.PREEMPT_LEAK));
        assertEquals(4, log.total());
        assertEquals(2, log.reports(ReportKind.PREEMPT_LEAK).size());
    }

    @Test
    void keepsTheFirstReportsWhenItIsFull() {
        for (int i = 0; i < KernelLog.CAPACITY + 3; i++) {
            report(ReportKind.SOFT_LOCKUP, "cpu " + i);
        }

        assertEquals(KernelLog.CAPACITY, log.reports().size());
        assertEquals("cpu 0", log.reports().getFirst().what());
        assertEquals(3, log.dropped());
        assertEquals(KernelLog.CAPACITY + 3, log.count(ReportKind.SOFT_LOCKUP));
    }

    @Test
    void tellsTheListenerOfWhatIsKept() {
        var heard = new ArrayList<Report>();
        log.setListener(heard::add);
        report(ReportKind.LOCK_LEAK, "x");
        report(ReportKind.LOCK_LEAK, "x");
        assertEquals(log.reports(), heard);
    }

    @Test
    void asksForWordsOnlyWhenTheyAreKept() {
        var asked = new AtomicLong();
        for (int i = 0; i < 5; i++) {
            log.report(
                    ReportKind.LOCK_LEAK,
                    "x",
                    () -> {
                        asked.incrementAndGet();
                        return new Report(ReportKind.LOCK_LEAK, "x", CONTEXT, List.of());
                    });
        }
        assertEquals(1, asked.get());
    }

    @Test
    void readsLikeTheKernelsLog() {
        var report =
                new Report(
                        ReportKind.SLEEP_IN_ATOMIC, "mutex m", CONTEXT, List.of("1 lock held: l"));
        assertEquals(
                """
                BUG: sleeping function called from invalid context: mutex m
                in_atomic(): 1, irqs_disabled(): 1, CPU: 1 PID: 42 Comm: task preempt_count: 10001
                1 lock held: l\
                """,
                report.text());
    }

    private boolean report(ReportKind kind, String what) {
        return log.report(kind, what, CONTEXT, List.of());
    }
}
