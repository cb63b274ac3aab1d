package org.irqlab.kernel.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Softirqs;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** The watch by itself, on a machine that stands still: the test holds its CPU. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SoftirqWatchTest {
    private static final int LOOKS = 3;
    private static final int RUNS = 4;
    private static final int MANY = 20;

    private final TestMachine m = new TestMachine(1);
    private final KernelCpu cpu = m.cpu(0);
    private final Softirqs softirqs = m.machine().softirqs(0);
    private final SoftirqWatch watch = new SoftirqWatch(cpu, softirqs, 1_000, LOOKS, RUNS);
    private int left;

    @BeforeEach
    void blockRaisesItself() {
        m.machine()
                .setSoftirqAction(
                        SoftirqVector.BLOCK,
                        here -> {
                            if (--left > 0) {
                                softirqs.raise(SoftirqVector.BLOCK);
                            }
                        });
    }

    private void look(int times) {
        for (int n = 0; n < times; n++) {
            watch.service(HostClock.nowNs());
        }
    }

    private void raise() {
        cpu.hw().irqDisable();
        // Raises are told apart by the CPU's last look at the clock.
        cpu.hw().nowNs();
        softirqs.raiseIrqsOff(SoftirqVector.BLOCK);
    }

    private void serve() {
        cpu.hw().irqEnable();
        cpu.bhDisable();
        cpu.bhEnable();
        cpu.hw().irqDisable();
    }

    private List<Report> reports(ReportKind kind) {
        return m.machine().smp().log().reports(kind);
    }

    @Test
    void findsARaiseThatNobodyServes() {
        look(MANY);
        raise();
        look(LOOKS - 1);
        assertEquals(0, watch.unserved());
        look(MANY);
        assertEquals(1, watch.unserved(), "once");
        Report report = reports(ReportKind.SOFTIRQ_UNSERVED).getFirst();
        assertTrue(report.text().contains("BLOCK for "), report.text());
        serve();
        look(MANY);
        raise();
        look(MANY);
        assertEquals(2, watch.unserved(), "another one");
        assertEquals(0, watch.livelocks());
    }

    @Test
    void forgivesManyRaisesThatAreEachServed() {
        for (int n = 0; n < MANY; n++) {
            raise();
            look(LOOKS - 1);
            serve();
        }
        assertEquals(0, watch.unserved());
    }

    @Test
    void findsRunsInARowThatLeaveSomethingOver() {
        left = Integer.MAX_VALUE;
        raise();
        for (int run = 1; run < RUNS; run++) {
            serve();
            assertEquals(run, softirqs.handedOver());
            look(1);
            assertEquals(0, watch.livelocks());
        }
        serve();
        look(MANY);
        assertEquals(1, watch.livelocks(), "once");
        assertEquals(1, reports(ReportKind.SOFTIRQ_LIVELOCK).size());
        assertEquals(0, softirqs.counts().ranDry());
    }

    @Test
    void forgivesRunsThatLeaveSomethingOverNowAndThen() {
        // With a task that wants the CPU a run has one pass.
        cpu.scheduler().wake(softirqs.ksoftirqd());
        for (int n = 0; n < MANY; n++) {
            left = RUNS;
            raise();
            for (int run = 0; run < RUNS; run++) {
                serve();
                look(1);
            }
        }
        assertEquals(MANY * (RUNS - 1), softirqs.handedOver());
        assertEquals(MANY, softirqs.counts().ranDry());
        assertEquals(0, watch.livelocks());
    }

    @Test
    void looksOncePerPeriod() {
        watch.service(500);
        assertEquals(1_500, watch.nextDueNs());
    }
}
