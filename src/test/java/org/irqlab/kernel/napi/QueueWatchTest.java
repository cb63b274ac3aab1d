package org.irqlab.kernel.napi;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.hw.device.Moderation;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

/** The watch by itself, on a machine that stands still: the test holds its CPU. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class QueueWatchTest {
    private static final int LOOKS = 3;
    private static final int MANY = 20;
    private static final long TICK_NS = 4_000_000;

    private final TestMachine m = new TestMachine(1);
    private final KernelCpu cpu = m.cpu(0);
    private final NapiCore core = new NapiCore(m.machine(), NapiSettings.linux618(), TICK_NS);
    private final NicDriver driver = new NicDriver(m, core, 0);
    private final QueueWatch watch = new QueueWatch(driver.napi, driver.queue, cpu, 1_000, LOOKS);

    private void look(int times) {
        for (int n = 0; n < times; n++) {
            watch.service(n);
        }
    }

    @Test
    void findsFramesThatNobodyWillPoll() {
        core.enable(driver.napi, cpu);
        look(MANY);
        driver.queue.receive(0, 1, 0);
        look(LOOKS - 1);
        assertEquals(0, watch.stalls(), "the interrupt may be on its way");
        look(MANY);
        assertEquals(1, watch.stalls(), "once");
        assertEquals(1, m.machine().smp().log().reports(ReportKind.NAPI_STALLED).size());
    }

    @Test
    void forgivesAQueueThatGetsOn() {
        core.enable(driver.napi, cpu);
        for (int n = 0; n < MANY; n++) {
            driver.queue.receive(0, n, 0);
            look(LOOKS - 1);
            driver.queue.ring().consume();
        }
        assertEquals(0, watch.stalls());
    }

    @Test
    void letsFramesWaitForAnOwnerOrForTheModeration() {
        driver.queue.setModeration(new Moderation(1_000, 0));
        driver.queue.receive(0, 1, 0);
        look(MANY);
        assertEquals(0, watch.stalls(), "disabled: it is owned");
        core.enable(driver.napi, cpu);
        driver.queue.unmask();
        look(MANY);
        assertEquals(0, watch.stalls(), "the interrupt will come");
    }

    @Test
    void looksOncePerPeriod() {
        watch.service(500);
        assertEquals(1_500, watch.nextDueNs());
    }
}
