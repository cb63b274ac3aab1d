package org.irqlab.kernel.watch;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.line.TopHalfBudget;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** The detectors by themselves, on a machine that stands still: the test holds its CPUs. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WatchesTest {
    private static final int LEAST_RUNS = TopHalfBudget.LEAST_RUNS;
    private static final int VECTOR = 0x51;

    private final TestMachine m = new TestMachine(1);
    private final KernelCpu cpu = m.cpu(0);

    private long reports(ReportKind kind) {
        return m.machine().smp().log().count(kind);
    }

    @Test
    void namesTheHandlerThatIsOverTheBudgetAsARule() {
        var budget = new TopHalfBudget(TopHalfBudget.DEFAULT_NS);
        for (int n = 0; n < LEAST_RUNS; n++) {
            budget.spent(5, "slow", 1_001 + n, cpu);
            budget.spent(6, "slower", 5_000, cpu);
            budget.spent(7, "quick", TopHalfBudget.DEFAULT_NS, cpu);
        }
        var slower = new TopHalfBudget.Offender(6, "slower", LEAST_RUNS, LEAST_RUNS, 5_000);
        var slow = new TopHalfBudget.Offender(5, "slow", LEAST_RUNS, LEAST_RUNS, 1_020);
        assertEquals(List.of(slower, slow), budget.offenders());
        budget.spent(6, "slower", 5_000, cpu);
        assertEquals(2, reports(ReportKind.TOP_HALF_OVER_BUDGET), "once each");
    }

    @Test
    void forgivesOneLongRunInTenAndJudgesNoFewRuns() {
        var budget = new TopHalfBudget(100);
        for (int n = 0; n < LEAST_RUNS - 1; n++) {
            budget.spent(5, "new", 1_000, cpu);
        }
        for (int n = 0; n < 100; n++) {
            budget.spent(6, "stolen", n % 10 == 9 ? 9_000 : 100, cpu);
        }
        assertEquals(List.of(), budget.offenders());
        budget.spent(6, "stolen", 101, cpu);
        assertEquals("stolen", budget.offenders().getFirst().handler());
        assertThrows(IllegalArgumentException.class, () -> new TopHalfBudget(0));
    }

    private InServiceWatch watch() {
        return new InServiceWatch(cpu, 1_000, 3);
    }

    private static void look(PolledDevice watch, int times) {
        for (int n = 0; n < times; n++) {
            watch.service(n);
        }
    }

    @Test
    void findsAnInterruptThatNobodyEnds() {
        var watch = watch();
        look(watch, 10);
        m.machine().controller().sendIpi(0, VECTOR);
        assertEquals(VECTOR, cpu.hw().port().acknowledge());
        look(watch, 2);
        assertEquals(0, watch.unended());
        look(watch, 10);
        assertEquals(1, watch.unended(), "once");
        cpu.hw().port().endOfInterrupt();
        look(watch, 10);
        assertEquals(1, watch.unended());
        assertEquals(0, watch.stuck());
        assertEquals(1, reports(ReportKind.INTERRUPT_NOT_ENDED));
    }

    @Test
    void findsAHandlerThatDoesNotReturnButNotManyThatDo() {
        var watch = watch();
        int[] looks = {2};
        m.machine().irqs().setSystemHandler(VECTOR, here -> look(watch, looks[0]), null, null);
        for (int n = 0; n < 5; n++) {
            m.machine().controller().sendIpi(0, VECTOR);
            cpu.hw().irqEnable();
            cpu.hw().irqDisable();
        }
        assertEquals(0, watch.stuck());
        looks[0] = 10;
        m.machine().controller().sendIpi(0, VECTOR);
        cpu.hw().irqEnable();
        cpu.hw().irqDisable();
        assertEquals(1, watch.stuck());
        assertEquals(0, watch.unended());
        assertEquals(1, reports(ReportKind.HARD_LOCKUP));
    }

    @Test
    void looksOncePerPeriod() {
        var watch = watch();
        watch.service(500);
        assertEquals(1_500, watch.nextDueNs());
    }

    @Test
    void reportsWhatIsFreedInUseOrUsedAfterItsFree() {
        var unused = new TrackedObject("unused");
        assertTrue(unused.enter(cpu));
        unused.leave();
        assertTrue(unused.free(cpu));
        assertEquals(0, reports(ReportKind.OBJECT_STATE));
        assertFalse(unused.enter(cpu));
        var used = new TrackedObject("used");
        used.enter(cpu);
        assertFalse(used.free(cpu));
        assertEquals(2, reports(ReportKind.OBJECT_STATE));
    }

    @Test
    void tellsDriftFromTheGrid() {
        var onGrid = new PeriodDrift("grid", 1_000);
        var creeping = new PeriodDrift("creeping", 1_000);
        for (int n = 0; n <= 10; n++) {
            onGrid.armed(7 + n * 1_000L, cpu);
            creeping.armed(7 + n * 1_099L, cpu);
        }
        assertEquals(0, onGrid.creepNs());
        assertEquals(1_000, onGrid.meanPeriodNs());
        assertEquals(990, creeping.creepNs());
        assertEquals(0, reports(ReportKind.TIMER_DRIFT), "less than a period");
        creeping.armed(7 + 11 * 1_099L, cpu);
        creeping.armed(7 + 12 * 1_099L, cpu);
        assertEquals(1, reports(ReportKind.TIMER_DRIFT));
    }

    @Test
    void hintsAtAStormOfOneVectorButNotOfAFew() {
        int[] left = {999};
        m.machine()
                .irqs()
                .setSystemHandler(
                        VECTOR,
                        here -> {
                            if (--left[0] > 0) {
                                m.machine().controller().sendIpi(0, VECTOR);
                            }
                        },
                        null,
                        null);
        m.machine().controller().sendIpi(0, VECTOR);
        cpu.hw().irqEnable();
        assertEquals(0, reports(ReportKind.INTERRUPT_STORM));
        left[0] = 2_500;
        m.machine().controller().sendIpi(0, VECTOR);
        cpu.hw().poll();
        assertEquals(1, reports(ReportKind.INTERRUPT_STORM), "once in a row");
        assertEquals("vector " + VECTOR, m.machine().smp().log().reports().getFirst().what());
    }
}
