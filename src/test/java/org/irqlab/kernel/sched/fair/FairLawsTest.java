package org.irqlab.kernel.sched.fair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Single rules of the fair class, each in the smallest machine that shows it. */
@Timeout(60)
class FairLawsTest {
    private static final long SLICE_NS = 1_400_000;
    private static final DelayedSink NOBODY =
            e -> {
                throw new AssertionError("nobody is delayed");
            };

    private static FairQueue queue(FairProfile profile) {
        return new FairQueue(profile, 2, 1_000_000);
    }

    private static FairEntity normal(int nice) {
        return new FairEntity(FairPolicy.NORMAL, nice);
    }

    private static FairEntity run(FairQueue queue, FairEntity e, long nowNs) {
        queue.enqueue(e, EnqueueKind.WAKEUP, nowNs);
        queue.setNext(e, nowNs);
        return e;
    }

    @ParameterizedTest
    @EnumSource
    void placementThenDequeueAtTheSameClockRestoresTheLag(FairProfile profile) {
        SplittableRandom random = new SplittableRandom(11);
        for (int i = 0; i < 2_000; i++) {
            FairQueue queue = queue(profile);
            for (int n = random.nextInt(1, 6); n > 0; n--) {
                FairEntity other = normal(random.nextInt(-20, 20));
                other.vlag = random.nextLong(-50_000, 50_000);
                queue.enqueue(other, EnqueueKind.WAKEUP, 0);
            }
            FairEntity e = normal(random.nextInt(-20, 20));
            long limit = e.virtualNs(1_000_000);
            long lag = random.nextLong(-limit, limit + 1);
            e.vlag = lag;
            long before = queue.virtualTime();
            long weight = queue.weight();
            queue.enqueue(e, EnqueueKind.WAKEUP, 0);
            double moved = -(double) (before - e.vruntime()) * e.weight() / (weight + e.weight());
            assertEquals(moved, queue.virtualTime() - before, 1.0, "V moves by the lag's share");
            queue.dequeue(e, DequeueKind.SPECIAL_SLEEP, 0);
            assertTrue(Math.abs(lag - e.vlag()) <= 2, lag + " " + e.vlag());
        }
    }

    @ParameterizedTest
    @EnumSource
    void entityWithoutLagLeavesVWhereItIs(FairProfile profile) {
        FairQueue queue = queue(profile);
        run(queue, normal(3), 0);
        queue.enqueue(normal(-7), EnqueueKind.WAKEUP, 777_777);
        long v = queue.virtualTime();
        FairEntity e = normal(12);
        queue.enqueue(e, EnqueueKind.WAKEUP, 777_777);
        assertEquals(v, queue.virtualTime());
        assertEquals(v, e.vruntime());
    }

    @ParameterizedTest
    @EnumSource
    void lagIsLostOnAnEmptyQueue(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity e = normal(0);
        e.vlag = 12_345;
        long v = queue.virtualTime();
        queue.enqueue(e, EnqueueKind.WAKEUP, 0);
        assertEquals(v, e.vruntime());
    }

    @ParameterizedTest
    @EnumSource
    void newTaskStartsWithHalfASlice(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity e = normal(0);
        queue.enqueue(e, EnqueueKind.INITIAL, 0);
        assertEquals(queue.baseSliceNs() / 2, e.deadline() - e.vruntime());
    }

    @ParameterizedTest
    @EnumSource
    void migrationKeepsLagAndRelativeDeadline(FairProfile profile) {
        FairQueue from = queue(profile);
        FairQueue to = queue(profile);
        run(from, normal(0), 0);
        FairEntity e = normal(0);
        from.enqueue(e, EnqueueKind.WAKEUP, 0);
        from.tick(500_000);
        long left = e.deadline() - e.vruntime();
        from.dequeue(e, DequeueKind.MOVE, 500_000);
        assertEquals(250_000, e.vlag());
        assertEquals(left, e.deadline(), "relative while off queue");
        to.enqueue(normal(0), EnqueueKind.WAKEUP, 0);
        to.enqueue(e, EnqueueKind.MOVE, 0);
        assertEquals(left, e.deadline() - e.vruntime());
        assertEquals(250_000, to.virtualTime() - e.vruntime());
    }

    @ParameterizedTest
    @EnumSource
    void wakeUpAlwaysGetsAFreshDeadline(FairProfile profile) {
        FairQueue queue = queue(profile);
        run(queue, normal(0), 0);
        FairEntity e = normal(0);
        queue.enqueue(e, EnqueueKind.WAKEUP, 0);
        queue.tick(300_000);
        queue.dequeue(e, DequeueKind.SLEEP, 300_000);
        queue.enqueue(e, EnqueueKind.WAKEUP, 400_000);
        assertEquals(queue.baseSliceNs(), e.deadline() - e.vruntime());
    }

    @ParameterizedTest
    @EnumSource
    void loneTaskIsNeverAskedToReschedule(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity e = run(queue, normal(0), 0);
        for (long now = 100_000; now < 20_000_000; now += 100_000) {
            queue.tick(now);
            assertFalse(queue.takeReschedRequest());
        }
        assertSame(e, queue.pick(20_000_000, NOBODY));
    }

    @ParameterizedTest
    @EnumSource
    void sliceEndIsNoticedExactlyAtItsLastNanosecond(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity first = run(queue, normal(0), 0);
        FairEntity second = normal(0);
        queue.enqueue(second, EnqueueKind.WAKEUP, 0);
        long slice = queue.baseSliceNs();
        queue.tick(slice - 1);
        assertFalse(queue.takeReschedRequest(), "ineligible, but protected: no request");
        queue.tick(slice);
        assertTrue(queue.takeReschedRequest());
        assertEquals(2 * slice, first.deadline(), "the new slice starts at vruntime");
        assertSame(second, queue.pick(slice, NOBODY));
    }

    @ParameterizedTest
    @EnumSource
    void tieOfDeadlinesGoesToTheTreeOnceTheProtectionIsGone(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity running = run(queue, normal(0), 0);
        FairEntity waiting = normal(0);
        queue.enqueue(waiting, EnqueueKind.WAKEUP, 0);
        assertEquals(running.deadline(), waiting.deadline());
        assertSame(running, queue.pick(0, NOBODY), "protected");
        running.protection = running.vruntime();
        assertSame(waiting, queue.pick(0, NOBODY));
    }

    @ParameterizedTest
    @EnumSource
    void cpuOfDelayedSleepersDrainsThroughThePick(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity a = run(queue, normal(0), 0);
        FairEntity b = normal(0);
        queue.enqueue(b, EnqueueKind.WAKEUP, 0);
        assertFalse(queue.dequeue(a, DequeueKind.SLEEP, 10_000), "ahead of V: delayed");
        assertSame(b, queue.pick(10_000, NOBODY));
        queue.putPrev(10_000);
        queue.setNext(b, 10_000);
        assertEquals(2, queue.nr());
        assertEquals(1, queue.nrRunnable());
        assertFalse(queue.dequeue(b, DequeueKind.SLEEP, 30_000));
        assertEquals(0, queue.nrRunnable());
        List<FairEntity> finished = new ArrayList<>();
        assertNull(queue.pick(30_000, finished::add));
        assertEquals(List.of(a, b), finished);
        assertEquals(0, a.vlag(), "V has overtaken it, and DELAY_ZERO takes the credit");
        assertEquals(0, queue.nr());
    }

    @ParameterizedTest
    @EnumSource
    void specialSleepIsNeverDelayed(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity a = run(queue, normal(0), 0);
        queue.enqueue(normal(0), EnqueueKind.WAKEUP, 0);
        assertTrue(queue.dequeue(a, DequeueKind.SPECIAL_SLEEP, 10_000));
        assertEquals(-5_000, a.vlag(), "and may leave in debt");
    }

    @ParameterizedTest
    @EnumSource
    void exitOfADelayedTaskEndsTheDelay(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity a = run(queue, normal(0), 0);
        FairEntity b = normal(0);
        queue.enqueue(b, EnqueueKind.WAKEUP, 0);
        queue.dequeue(a, DequeueKind.SLEEP, 10_000);
        queue.putPrev(10_000);
        queue.setNext(b, 10_000);
        assertTrue(queue.dequeue(a, DequeueKind.SLEEP, 12_000));
        assertFalse(a.delayed() || a.onQueue());
        assertEquals(-4_000, a.vlag());
        assertEquals(1, queue.nr());
    }

    @ParameterizedTest
    @EnumSource
    void thirdEntityThatWouldWinKeepsTheWakeeFromPreempting(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity running = run(queue, normal(0), 0);
        FairEntity third = normal(0);
        third.vlag = 60_000;
        queue.enqueue(third, EnqueueKind.WAKEUP, 10_000);
        FairEntity wakee = normal(0);
        wakee.vlag = 10_000;
        queue.enqueue(wakee, EnqueueKind.WAKEUP, 20_000);
        assertFalse(queue.eligible(running));
        assertFalse(queue.wakeupPreempts(wakee, 20_000, false));
        assertSame(third, queue.pick(20_000, NOBODY));
    }

    @Test
    void idleCurrentIsPreemptedByAnyOtherPolicyAndLosesItsProtectionSince612117() {
        for (FairProfile profile : FairProfile.values()) {
            FairQueue queue = queue(profile);
            FairEntity idler = new FairEntity(FairPolicy.IDLE, 0);
            run(queue, idler, 0);
            long mark = idler.protection;
            FairEntity batch = new FairEntity(FairPolicy.BATCH, 0);
            queue.enqueue(batch, EnqueueKind.WAKEUP, 1_000);
            assertTrue(queue.wakeupPreempts(batch, 1_000, false));
            assertEquals(profile == FairProfile.LINUX_6_12, mark == idler.protection);
            FairEntity other = new FairEntity(FairPolicy.IDLE, 0);
            queue.takeReschedRequest();
            queue.enqueue(other, EnqueueKind.WAKEUP, 1_000);
            assertFalse(queue.wakeupPreempts(other, 1_000, false), "idle against idle");
        }
    }

    @Test
    void shorterSlicePreemptsAProtectedCurrent() {
        for (FairProfile profile : FairProfile.values()) {
            FairQueue queue = queue(profile);
            FairEntity running = run(queue, normal(0), 0);
            FairEntity wakee = normal(0);
            queue.change(wakee, FairPolicy.NORMAL, 0, 200_000, 0);
            queue.enqueue(wakee, EnqueueKind.WAKEUP, 100_000);
            assertEquals(running.vruntime(), wakee.vruntime(), "a tie, but");
            assertTrue(queue.wakeupPreempts(wakee, 100_000, false), "an earlier deadline");
        }
    }

    @Test
    void losingShortSliceStillShortensOrVoidsTheProtection() {
        for (FairProfile profile : FairProfile.values()) {
            FairQueue queue = queue(profile);
            FairEntity running = run(queue, normal(0), 0);
            long deadline = running.deadline();
            FairEntity wakee = normal(0);
            queue.change(wakee, FairPolicy.NORMAL, 0, 200_000, 0);
            wakee.vlag = -50_000;
            queue.enqueue(wakee, EnqueueKind.WAKEUP, 100_000);
            assertFalse(queue.wakeupPreempts(wakee, 100_000, false), "not eligible");
            boolean marks = profile.protection == FairProfile.Protection.VRUNTIME_MARK;
            assertEquals(marks ? 300_000 : deadline, running.protection, profile.name());
        }
    }

    @Test
    void yieldFollowsItsRelease() {
        for (FairProfile profile : FairProfile.values()) {
            FairQueue queue = queue(profile);
            FairEntity running = run(queue, normal(0), 0);
            long slice = queue.baseSliceNs();
            queue.yield(10_000);
            assertEquals(slice, running.deadline(), "alone: nothing to give way to");
            FairEntity other = normal(0);
            queue.enqueue(other, EnqueueKind.WAKEUP, 20_000);
            queue.yield(20_000);
            boolean extends_ = profile.yield == FairProfile.Yield.EXTENDS_DEADLINE;
            assertEquals(extends_ ? 20_000 : slice, running.vruntime());
            assertEquals(2 * slice, running.deadline());
            boolean stays = profile == FairProfile.LINUX_6_17;
            assertSame(stays ? running : other, queue.pick(20_000, NOBODY), profile.name());
        }
    }

    @ParameterizedTest
    @EnumSource
    void niceChangeOfTheCurrentTaskScalesItsLagAndProtectsItAnew(FairProfile profile) {
        FairQueue queue = queue(profile);
        FairEntity running = run(queue, normal(0), 0);
        queue.enqueue(normal(0), EnqueueKind.WAKEUP, 0);
        queue.change(running, FairPolicy.NORMAL, 5, 0, 100_000);
        assertSame(running, queue.current());
        long lag = queue.virtualTime() - running.vruntime();
        assertTrue(
                Math.abs(lag + 50_000L * 1024 / 335) <= 2, "lag is service, whatever the weight");
        long left = running.deadline() - running.vruntime();
        long before = queue.baseSliceNs() - 100_000;
        assertEquals(profile == FairProfile.LINUX_6_12 ? before : before * 1024 / 335, left);
        assertEquals(1024 + 335, queue.weight());
        assertEquals(running.deadline(), running.protection);
    }

    @ParameterizedTest
    @EnumSource
    void hogsShareTheCpuByWeight(FairProfile profile) {
        FairQueue queue = queue(profile);
        int[] nices = {-5, 0, 0, 3, 10};
        List<FairEntity> hogs = new ArrayList<>();
        long weights = 0;
        for (int nice : nices) {
            hogs.add(normal(nice));
            queue.enqueue(hogs.getLast(), EnqueueKind.WAKEUP, 0);
            weights += hogs.getLast().weight();
        }
        queue.setNext(queue.pick(0, NOBODY), 0);
        long end = 20_000_000_000L;
        for (long now = 1_000_000; now <= end; now += 1_000_000) {
            queue.tick(now);
            if (queue.takeReschedRequest()) {
                FairEntity next = queue.pick(now, NOBODY);
                if (next != queue.current()) {
                    queue.putPrev(now);
                    queue.setNext(next, now);
                }
            }
            for (FairEntity hog : hogs) {
                long lagNs = (queue.virtualTime() - hog.vruntime()) * hog.weight() / 1024;
                assertTrue(Math.abs(lagNs) <= SLICE_NS + 1_200_000, "lag " + lagNs);
            }
        }
        for (FairEntity hog : hogs) {
            double share = (double) end * hog.weight() / weights;
            assertEquals(share, hog.sumExecNs(), SLICE_NS + 1_200_000);
        }
    }

    @Test
    void misuseIsRefused() {
        FairQueue queue = queue(FairProfile.DEFAULT);
        FairEntity e = run(queue, normal(0), 0);
        assertThrows(IllegalStateException.class, () -> queue.enqueue(e, EnqueueKind.WAKEUP, 0));
        assertThrows(IllegalStateException.class, () -> queue.setNext(e, 0));
        assertThrows(IllegalStateException.class, () -> queue.requeueDelayed(e));
        FairEntity off = normal(0);
        assertThrows(IllegalStateException.class, () -> queue.dequeue(off, DequeueKind.SLEEP, 0));
        assertThrows(
                IllegalArgumentException.class, () -> new FairQueue(FairProfile.DEFAULT, 2, 0));
    }
}
