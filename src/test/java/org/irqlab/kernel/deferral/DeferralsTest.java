package org.irqlab.kernel.deferral;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.Checks;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Collections;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The same driver in every context. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class DeferralsTest {
    private static final Deferral SOFTIRQ = new Deferral.Softirq(SoftirqVector.NET_RX);
    private static final int FIRES = 200;

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(2));
    private final Deferrals deferrals = new Deferrals(m.machine());
    private final TestDevice device = new TestDevice(m.machine(), 1);
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        m.close();
    }

    /** Where each kind of bottom half runs, and as what. */
    static Stream<Arguments> contexts() {
        return Stream.of(
                Arguments.of(new Deferral.Inline(), "hardirq off on cpu/0 nice 0"),
                Arguments.of(SOFTIRQ, "softirq on on cpu/0 nice 0"),
                Arguments.of(new Deferral.InTasklet(false), "softirq on on cpu/0 nice 0"),
                Arguments.of(new Deferral.InTasklet(true), "softirq on on cpu/0 nice 0"),
                Arguments.of(new Deferral.Work(false, false), "task on on kworker/0:1 nice 0"),
                Arguments.of(new Deferral.Work(true, false), "task on on kworker/0:1H nice -20"),
                Arguments.of(new Deferral.Work(false, true), "task on on kworker/u4:1 nice 0"),
                Arguments.of(Deferral.Threaded.IRQ_THREAD, "task on on irq/45-nic0-rx0 fifo 50"),
                Arguments.of(new Deferral.Threaded(90), "task on on irq/45-nic0-rx0 fifo 90"),
                Arguments.of(Deferral.Threaded.NAPI_THREAD, "task on on irq/45-nic0-rx0 nice 0"));
    }

    static Stream<Deferral> deferrals() {
        return contexts().map(each -> (Deferral) each.get()[0]);
    }

    private static String context(KernelCpu cpu) {
        int count = cpu.preemptCount();
        TaskPolicy policy = cpu.current().policy();
        return "%s %s on %s %s"
                .formatted(
                        PreemptCount.inHardirq(count)
                                ? "hardirq"
                                : PreemptCount.inServingSoftirq(count)
                                        ? "softirq"
                                        : PreemptCount.inAtomic(count) ? "atomic" : "task",
                        cpu.hw().irqsEnabled() ? "on" : "off",
                        cpu.current().name(),
                        policy.realTime()
                                ? "fifo " + policy.rtPriority()
                                : "nice " + policy.nice());
    }

    @ParameterizedTest
    @MethodSource("contexts")
    void runsTheBottomHalfInItsContext(Deferral deferral, String expected) {
        request(
                cpu -> {
                    Checks.invariant(PreemptCount.inHardirq(cpu.preemptCount()), "top half");
                    log.add("top half");
                    return true;
                },
                cpu -> log.add(context(cpu)),
                deferral);
        m.start();
        device.fire(0);
        awaitLog("top half", expected);
        m.inInterrupt(0, cpu -> assertEquals(0, cpu.leakedContexts()));
    }

    private void request(Deferrals.TopHalf topHalf, BottomHalf bottomHalf, Deferral deferral) {
        deferrals.request(device.line(45, 0, 0), "nic0-rx0", topHalf, bottomHalf, deferral, 0);
    }

    private void awaitLog(String... lines) {
        Threads.await(lines.length + " notes", () -> log.size() >= lines.length);
        assertEquals(List.of(lines), List.copyOf(log));
    }

    @ParameterizedTest
    @MethodSource("deferrals")
    void runsOnceForEachInterruptThatFindsItIdle(Deferral deferral) {
        var tops = new AtomicInteger();
        var bottoms = new AtomicInteger();
        request(
                cpu -> {
                    tops.incrementAndGet();
                    return true;
                },
                cpu -> bottoms.incrementAndGet(),
                deferral);
        m.start();
        for (int i = 1; i <= FIRES; i++) {
            int fired = i;
            device.fire(0);
            Threads.await("run " + i, () -> bottoms.get() >= fired);
        }
        m.inInterrupt(0, cpu -> {});
        assertEquals(FIRES, tops.get());
        assertEquals(FIRES, bottoms.get());
    }

    @ParameterizedTest
    @MethodSource("deferrals")
    void leavesTheBottomHalfOutWhenTheTopHalfHasNothingForIt(Deferral deferral) {
        var bottoms = new AtomicInteger();
        var tops = new AtomicInteger();
        request(cpu -> tops.incrementAndGet() > 1, cpu -> bottoms.incrementAndGet(), deferral);
        m.start();
        device.fire(0);
        Threads.await("first", () -> tops.get() == 1);
        device.fire(0);
        Threads.await("second", () -> bottoms.get() > 0);
        m.inInterrupt(0, cpu -> {});
        assertEquals(1, bottoms.get());
    }

    @ParameterizedTest
    @MethodSource("deferrals")
    void runsOnceMoreForACallDuringItsRun(Deferral deferral) {
        var runs = new AtomicInteger();
        var call = new DeferredCall[1];
        call[0] =
                deferrals.bind(
                        "nic0-rx0",
                        cpu -> {
                            int run = runs.incrementAndGet();
                            log.add("run " + run);
                            if (run < 3) {
                                call[0].schedule(cpu);
                            }
                        },
                        deferral,
                        0);
        m.start();
        m.inInterrupt(0, cpu -> call[0].schedule(cpu));
        awaitLog("run 1", "run 2", "run 3");
    }

    @ParameterizedTest
    @MethodSource("deferrals")
    void takesTwoCallsBeforeTheRunTogetherUnlessItRunsAtOnce(Deferral deferral) {
        var runs = new AtomicInteger();
        DeferredCall call = deferrals.bind("nic0-rx0", cpu -> runs.incrementAndGet(), deferral, 0);
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    call.schedule(cpu);
                    call.schedule(cpu);
                });
        int expected = deferral instanceof Deferral.Inline ? 2 : 1;
        Threads.await("run", () -> runs.get() == expected);
        m.inInterrupt(0, cpu -> {});
        assertEquals(expected, runs.get());
    }

    @Test
    void holdsSoftirqsBackInAThreadWithoutALine() {
        DeferredCall call =
                deferrals.bind(
                        "eth0-1",
                        cpu -> {
                            int count = cpu.preemptCount();
                            assertTrue(PreemptCount.inTask(count));
                            assertEquals(1, PreemptCount.bhDisableDepth(count));
                            log.add(cpu.current().name() + " " + cpu.current().policy().nice());
                        },
                        Deferral.Threaded.NAPI_THREAD,
                        0);
        m.start();
        m.inInterrupt(0, call::schedule);
        awaitLog("napi/eth0-1 0");
    }

    @Test
    void letsAWorkItemSleep() {
        DeferredCall call =
                deferrals.bind(
                        "nic0-rx0",
                        cpu -> {
                            m.sleep(cpu.current(), 1_000_000);
                            log.add("slept");
                        },
                        new Deferral.Work(false, false),
                        0);
        m.start();
        m.inInterrupt(0, call::schedule);
        awaitLog("slept");
    }

    @Test
    void servesTheDriversOfOneVectorInTheOrderOfTheirCalls() {
        DeferredCall a = deferrals.bind("a", cpu -> log.add("a"), SOFTIRQ, 0);
        DeferredCall b = deferrals.bind("b", cpu -> log.add("b"), SOFTIRQ, 0);
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    b.schedule(cpu);
                    a.schedule(cpu);
                    b.schedule(cpu);
                });
        awaitLog("b", "a");
        m.inInterrupt(0, cpu -> assertEquals(1, m.machine().softirqs(0).ran(SoftirqVector.NET_RX)));
    }

    @Test
    void leavesASoftirqThatAlwaysComesBackToKsoftirqdAfterTenPasses() {
        var call = new DeferredCall[1];
        var runs = new AtomicInteger();
        call[0] =
                deferrals.bind(
                        "nic0-rx0",
                        cpu -> {
                            log.add(cpu.current().name());
                            if (runs.incrementAndGet() < 12) {
                                call[0].schedule(cpu);
                            }
                        },
                        SOFTIRQ,
                        0);
        m.start();
        m.inInterrupt(0, cpu -> call[0].schedule(cpu));
        Threads.await("twelve runs", () -> log.size() == 12);
        // At most: the host may make the passes reach their time limit earlier.
        int atExit = Collections.frequency(log, "cpu/0");
        assertTrue(atExit >= 1 && atExit <= 10, () -> "runs at interrupt exit: " + log);
        m.inInterrupt(0, cpu -> {});
        assertTrue(m.machine().softirqs(0).handedOver() >= 1);
    }

    @Test
    void losesNoCallOfATaskThatAnInterruptOvertakes() {
        var bottoms = new AtomicInteger();
        var calls = new AtomicInteger();
        var seen = new AtomicInteger();
        DeferredCall call =
                deferrals.bind(
                        "nic0-rx0",
                        cpu -> {
                            seen.set(calls.get());
                            bottoms.incrementAndGet();
                        },
                        SOFTIRQ,
                        0);
        m.kernelThread(
                0,
                "driver",
                TaskPolicy.NORMAL,
                self -> {
                    for (int i = 0; i < FIRES; i++) {
                        self.cpu().bhDisable();
                        calls.incrementAndGet();
                        call.schedule(self.cpu());
                        self.cpu().bhEnable();
                        Checks.invariant(seen.get() == calls.get(), "run at the enable");
                    }
                    log.add("done");
                });
        m.start();
        awaitLog("done");
        assertEquals(FIRES, bottoms.get());
    }

    @Test
    void refusesTheVectorsOfTasklets() {
        for (SoftirqVector vector : List.of(SoftirqVector.HI, SoftirqVector.TASKLET)) {
            var refused =
                    assertThrows(
                            IllegalArgumentException.class, () -> new Deferral.Softirq(vector));
            assertEquals(
                    "vector=" + vector + " serves tasklets; use InTasklet", refused.getMessage());
        }
    }
}
