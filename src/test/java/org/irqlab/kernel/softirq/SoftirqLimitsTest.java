package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** When softirqs stop at interrupt exit and leave the rest to ksoftirqd. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SoftirqLimitsTest {
    private static final String AT_EXIT = "softirq on cpu/0";
    private static final String IN_KSOFTIRQD = "softirq on ksoftirqd/0";

    /** BLOCK runs {@code runs} times, each run raising the next; returns where each ran. */
    private static List<String> storm(SoftirqRig rig, int runs, Consumer<KernelCpu> work) {
        var left = new AtomicInteger(runs);
        rig.m
                .machine()
                .setSoftirqAction(
                        SoftirqVector.BLOCK,
                        cpu -> {
                            if (left.decrementAndGet() > 0) {
                                rig.softirqs().raise(SoftirqVector.BLOCK);
                            }
                            work.accept(cpu);
                            rig.note(SoftirqRig.context(cpu));
                        });
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.BLOCK);
        Threads.await(
                "all runs",
                () ->
                        Collections.frequency(rig.log(), AT_EXIT)
                                        + Collections.frequency(rig.log(), IN_KSOFTIRQD)
                                == runs);
        rig.close();
        return rig.log();
    }

    private static void assertExitThenKsoftirqd(int atExit, int inKsoftirqd, List<String> log) {
        var expected = new ArrayList<>(Collections.nCopies(atExit, AT_EXIT));
        expected.addAll(Collections.nCopies(inKsoftirqd, IN_KSOFTIRQD));
        assertEquals(expected, log);
    }

    @Test
    void finishesInTenPassesWithoutHandingOver() {
        var rig = new SoftirqRig(1);
        assertExitThenKsoftirqd(10, 0, storm(rig, 10, cpu -> {}));
        assertEquals(0, rig.softirqs().handedOver());
    }

    @Test
    void handsTheEleventhPassToKsoftirqd() {
        var rig = new SoftirqRig(1);
        assertExitThenKsoftirqd(10, 1, storm(rig, 11, cpu -> {}));
        assertEquals(1, rig.softirqs().handedOver());
    }

    @Test
    void givesKsoftirqdNoMoreThanTenPassesAtATimeEither() {
        var rig = new SoftirqRig(1);
        assertExitThenKsoftirqd(10, 25, storm(rig, 35, cpu -> {}));
        // At the exit, and by ksoftirqd to itself after 10 and 20 passes.
        assertEquals(3, rig.softirqs().handedOver());
    }

    @Test
    void handsOverAtTheTickEdgeThatEndsTwoMilliseconds() {
        // Two ticks: the second edge from now is 1 to 2 ms away.
        var rig = new SoftirqRig(1, 1_000_000, 0);
        List<String> log = storm(rig, 9, cpu -> cpu.burn(600_000));
        int atExit = Collections.frequency(log, AT_EXIT);
        assertTrue(atExit >= 1 && atExit <= 4, "passes at exit: " + log);
        assertExitThenKsoftirqd(atExit, 9 - atExit, log);
        assertTrue(rig.softirqs().handedOver() >= 1);
    }

    @Test
    void countsTheTimeInWholeTicks() {
        // At 10 ms a tick the 2 ms last until the next edge; 8 runs of 3 ms cannot do without one.
        var rig = new SoftirqRig(1, 10_000_000, 0);
        List<String> log = storm(rig, 8, cpu -> cpu.burn(3_000_000));
        int atExit = Collections.frequency(log, AT_EXIT);
        assertTrue(atExit >= 1 && atExit <= 4, "passes at exit: " + log);
    }

    @Test
    void finishesThePassButNotTheNextOneWhenATaskWantsTheCpu() {
        var rig = new SoftirqRig(1);
        Task urgent =
                rig.m.sleeper(0, "urgent", TaskPolicy.FIFO_50, self -> rig.note("urgent runs"));
        rig.on(
                SoftirqVector.TIMER,
                cpu -> {
                    cpu.scheduler().wake(urgent);
                    rig.softirqs().raise(SoftirqVector.HI);
                });
        rig.onInContext(SoftirqVector.HI);
        rig.onInContext(SoftirqVector.RCU);
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.TIMER, SoftirqVector.RCU);
        rig.awaitLog("TIMER", "RCU softirq on cpu/0", "urgent runs", "HI softirq on ksoftirqd/0");
        rig.close();
        assertEquals(1, rig.softirqs().handedOver());
    }

    @Test
    void goesOnWhenATaskWantsTheCpuButNothingIsPending() {
        var rig = new SoftirqRig(1);
        Task urgent =
                rig.m.sleeper(0, "urgent", TaskPolicy.FIFO_50, self -> rig.note("urgent runs"));
        rig.on(SoftirqVector.TIMER, cpu -> cpu.scheduler().wake(urgent));
        rig.onInContext(SoftirqVector.RCU);
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.TIMER, SoftirqVector.RCU);
        rig.awaitLog("TIMER", "RCU softirq on cpu/0", "urgent runs");
        rig.close();
        assertEquals(0, rig.softirqs().handedOver());
    }

    @Test
    void keepsKsoftirqdFromStarvingATask() {
        var rig = new SoftirqRig(1);
        Task urgent =
                rig.m.sleeper(0, "urgent", TaskPolicy.FIFO_50, self -> rig.note("urgent runs"));
        var runs = new AtomicInteger();
        rig.m
                .machine()
                .setSoftirqAction(
                        SoftirqVector.BLOCK,
                        cpu -> {
                            // For ever: what a disabled tasklet does.
                            rig.softirqs().raise(SoftirqVector.BLOCK);
                            if (runs.incrementAndGet() == 1_000) {
                                rig.note(SoftirqRig.context(cpu));
                                cpu.scheduler().wake(urgent);
                            }
                        });
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.BLOCK);
        rig.awaitLog(IN_KSOFTIRQD, "urgent runs");
        // And the machine can be stopped.
        rig.close();
    }
}
