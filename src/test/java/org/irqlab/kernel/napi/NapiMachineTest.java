package org.irqlab.kernel.napi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.device.Moderation;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A network card on one CPU of a running machine: no frame is lost, and each is polled once. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NapiMachineTest {
    private static final int FRAMES = 20_000;
    private static final long TICK_NS = 4_000_000;

    /** Who polls, and what goes on meanwhile. */
    enum Way {
        SOFTIRQ,
        THREADED,
        SWITCHED_AT_RUN_TIME,
        BUSY_POLLED,
        DISABLED_NOW_AND_THEN,
        MODERATED,
        DEFERRED
    }

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private volatile boolean opened;
    private volatile boolean over;

    @AfterEach
    void close() {
        m.close();
    }

    private NapiCore core(Way way) {
        var settings = NapiSettings.linux618();
        return new NapiCore(
                m.machine(),
                way == Way.DEFERRED ? settings.withDeferral(50_000, 3) : settings,
                TICK_NS);
    }

    @ParameterizedTest
    @EnumSource(Way.class)
    void losesNoFrame(Way way) {
        NapiCore core = core(way);
        var driver = new NicDriver(m, core, 0);
        core.addThread(driver.napi, 1);
        if (way == Way.MODERATED) {
            driver.queue.setModeration(new Moderation(50, 16));
        }
        if (way == Way.THREADED) {
            core.setThreaded(driver.napi, true);
        }
        m.kernelThread(
                0,
                "opener",
                TaskPolicy.FIFO_50,
                self -> {
                    driver.open(self.cpu());
                    opened = true;
                });
        addCompanion(way, core, driver);
        m.start();
        Threads.await("open", () -> opened);
        produce(driver, way.ordinal());
        over = true;
        awaitQuiet(driver);
        var queue = driver.queue;
        assertEquals(FRAMES, queue.received());
        assertEquals(queue.received() - queue.dropped(), queue.ring().consumed());
        // Counted when the poll has returned.
        Threads.await("packets", () -> queue.ring().consumed() == driver.napi.packets());
        assertEquals(0, driver.outOfOrder.get());
        if (way == Way.SOFTIRQ || way == Way.THREADED) {
            // Nobody else unmasks, so that no interrupt meets one that has not been taken.
            Threads.await("interrupts", () -> driver.interrupts.get() == queue.fired());
        }
        assertEquals(0, m.machine().smp().log().total(), m.machine().smp().log().reports() + "");
        if (way == Way.MODERATED) {
            assertTrue(queue.fired() < FRAMES / 2, "interrupts " + queue.fired());
        }
    }

    private void addCompanion(Way way, NapiCore core, NicDriver driver) {
        switch (way) {
            case SWITCHED_AT_RUN_TIME ->
                    companion(self -> {
                        boolean threaded = false;
                        while (!over) {
                            threaded = !threaded;
                            core.setThreaded(driver.napi, threaded);
                            m.sleep(self, 200_000);
                        }
                    });
            case BUSY_POLLED ->
                    companion(self -> {
                        var poller = new BusyPoller(core, driver.napi, false);
                        while (!over) {
                            long untilNs = HostClock.nowNs() + 50_000;
                            poller.poll(self, found -> found > 0 || HostClock.nowNs() > untilNs);
                            m.sleep(self, 20_000);
                        }
                    });
            case DISABLED_NOW_AND_THEN ->
                    companion(self -> {
                        while (!over || !opened) {
                            m.sleep(self, 500_000);
                            if (!opened) {
                                continue;
                            }
                            driver.close(self.cpu());
                            m.sleep(self, 50_000);
                            driver.open(self.cpu());
                        }
                    });
            case SOFTIRQ, THREADED, MODERATED, DEFERRED -> {
                // Alone.
            }
        }
    }

    private void companion(Consumer<Task> body) {
        // Without a tick nobody would take the CPU from what polls for long.
        m.machine().timer(1).armPeriodic(HostClock.nowNs() + TICK_NS, TICK_NS);
        m.kernelThread(1, "companion", TaskPolicy.NORMAL, body);
    }

    private static void produce(NicDriver driver, long seed) {
        var random = new SplittableRandom(seed);
        long dueNs = HostClock.nowNs();
        for (long word = 1; word <= FRAMES; word++) {
            dueNs += random.nextInt(8_000);
            long now = HostClock.nowNs();
            while (now < dueNs) {
                driver.queue.advance(now);
                Thread.onSpinWait();
                now = HostClock.nowNs();
            }
            driver.queue.receive(dueNs, word, now);
        }
    }

    private void awaitQuiet(NicDriver driver) {
        var ring = driver.queue.ring();
        Threads.await(
                "ring is empty",
                () -> {
                    driver.queue.advance(HostClock.nowNs());
                    if (m.machine().smp().failure() != null) {
                        throw new AssertionError("machine", m.machine().smp().failure());
                    }
                    return ring.consumed() == ring.produced() && !driver.napi.owned();
                });
    }

    @Test
    void repollsUnderTheBudgetAndLeavesTheRestToTheNextRun() {
        NapiCore core = core(Way.SOFTIRQ);
        var served = new int[1];
        Napi greedy =
                core.add(
                        "greedy",
                        (napi, budget, cpu) -> {
                            int work = Math.min(budget, 640 - served[0]);
                            served[0] += work;
                            if (work < budget) {
                                core.completeDone(napi, work, cpu);
                            }
                            return work;
                        });
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    core.enable(greedy, cpu);
                    core.schedule(greedy, cpu);
                });
        Threads.await("served", () -> !greedy.owned());
        m.inInterrupt(0, cpu -> assertEquals(640, core.netRx(0).processed()));
        // A repoll waits for the next run, as the list is empty by then: 64 a run.
        assertEquals(11, core.netRx(0).runs());
        assertEquals(11, greedy.polls());
        assertEquals(0, core.netRx(0).timeSqueeze());
    }

    @Test
    void reportsAPollThatExceedsItsBudget() {
        NapiCore core = core(Way.SOFTIRQ);
        Napi wild =
                core.add(
                        "wild",
                        (napi, budget, cpu) -> {
                            core.completeDone(napi, budget + 1, cpu);
                            return budget + 1;
                        });
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    core.enable(wild, cpu);
                    core.schedule(wild, cpu);
                });
        var diag = m.machine().smp().log();
        Threads.await("reported", () -> !diag.reports(ReportKind.NAPI_OVER_WEIGHT).isEmpty());
        assertEquals("wild", diag.reports(ReportKind.NAPI_OVER_WEIGHT).getFirst().what());
        assertTrue(wild.overWeight() > 0);
    }
}
