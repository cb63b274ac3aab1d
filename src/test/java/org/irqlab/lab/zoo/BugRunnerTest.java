package org.irqlab.lab.zoo;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** What a pair of runs comes to, also one that hangs or fails. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BugRunnerTest {
    private static final long PATIENCE_MILLIS = 100;
    private static final Observation SEEN = new Observation(1, 1, "seen");

    private final Threads threads = Threads.now();

    private static PairResult run(FakeBug bug) {
        return new BugRunner(PATIENCE_MILLIS).run(bug, 1).pairs().getFirst();
    }

    @Test
    void tellsWhatTheDetectorDid() {
        assertSame(Verdict.CAUGHT, run(FakeBug.detected("B-01", 2, 0)).verdict());
        assertSame(Verdict.MISSED, run(FakeBug.detected("B-01", 0, 0)).verdict());
        assertSame(Verdict.MISSED, run(FakeBug.detected("B-01", 0, 1)).verdict());
        assertSame(Verdict.FALSE_ALARM, run(FakeBug.detected("B-01", 1, 1)).verdict());
    }

    @Test
    void runsAsOftenAsWantedAndShowsTheFirstThatWasNotCaught() {
        var runs = new AtomicInteger();
        var bug =
                new FakeBug(
                        "B-01",
                        (form, rig) ->
                                new Observation(
                                        runs.incrementAndGet(),
                                        form.buggy() && runs.get() != 3 ? 1 : 0,
                                        ""));
        BugResult result = new BugRunner().run(bug, 4);
        assertEquals(8, runs.get());
        assertEquals(3, result.of(Verdict.CAUGHT));
        assertFalse(result.allCaught());
        assertEquals(3, result.shown().buggy().value());
        assertTrue(new BugRunner().run(FakeBug.detected("B-01", 1, 0), 2).allCaught());
    }

    @Test
    void endsAnEntryThatHangs() {
        var pair =
                run(
                        new FakeBug(
                                "B-01",
                                (form, rig) -> {
                                    rig.x86(2).start();
                                    rig.await("godot", () -> !form.buggy());
                                    return SEEN;
                                }));
        assertSame(Verdict.FAILED, pair.verdict());
        assertEquals("buggy: not in 100 ms: godot", pair.failure());
        assertNull(pair.buggy());
        assertNull(pair.fixed());
        threads.assertNoneLeft();
    }

    @Test
    void endsACpuThatHangsInAnInterrupt() {
        var pair =
                run(
                        new FakeBug(
                                "B-01",
                                (form, rig) -> {
                                    var m = rig.x86(1);
                                    m.start();
                                    var released = new AtomicInteger();
                                    rig.atEnd(() -> released.set(1));
                                    m.interrupt(
                                            0,
                                            cpu -> {
                                                while (released.get() == 0) {
                                                    cpu.burn(1_000);
                                                }
                                            });
                                    return SEEN;
                                }));
        assertEquals("buggy: not in 100 ms: interrupt of cpu 0", pair.failure());
        threads.assertNoneLeft();
    }

    @Test
    void saysWhenAMachineFails() {
        var pair =
                run(
                        new FakeBug(
                                "B-01",
                                (form, rig) -> {
                                    var m = rig.arm64(1);
                                    m.start();
                                    if (!form.buggy()) {
                                        m.interrupt(
                                                0,
                                                cpu -> {
                                                    throw new IllegalStateException("broken");
                                                });
                                    }
                                    return SEEN;
                                }));
        assertSame(Verdict.FAILED, pair.verdict());
        assertNotNull(pair.buggy());
        assertTrue(pair.failure().startsWith("fixed: machine failed"), pair.failure());
        threads.assertNoneLeft();
    }

    @Test
    void goesOnAfterAnEntryThatThrows() {
        var pair =
                run(
                        new FakeBug(
                                "B-01",
                                (form, rig) -> {
                                    rig.x86(1).start();
                                    throw new NoSuchElementException("empty");
                                }));
        assertEquals("buggy: java.util.NoSuchElementException: empty", pair.failure());
        threads.assertNoneLeft();
    }
}
