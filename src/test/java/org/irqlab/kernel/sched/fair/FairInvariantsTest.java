package org.irqlab.kernel.sched.fair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.sched.fair.FairProfile.Protection;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/** What holds after every operation of every history, whatever the decisions were. */
@Timeout(120)
class FairInvariantsTest {
    private static final long TICK_NS = 1_000_000;
    private static final int SEEDS = 64;
    private static final int STEPS = 2_000;

    private FairQueue queue;
    private List<FairEntity> entities;
    private Map<FairEntity, long[]> frozen;
    private SplittableRandom random;
    private long nowNs;
    private int picks;
    private int protectedPicks;
    private int finished;
    private int requeuedAnew;
    private int requeuedInPlace;
    private int wins;
    private int quietWakes;

    @ParameterizedTest
    @EnumSource
    void holdAfterEveryOperation(FairProfile profile) {
        for (int seed = 0; seed < SEEDS; seed++) {
            start(profile, seed);
            for (int i = 0; i < STEPS; i++) {
                try {
                    step();
                    averagesHold();
                    delayedEntitiesAreFrozen();
                } catch (AssertionError | RuntimeException e) {
                    throw new AssertionError("seed " + seed + " step " + i, e);
                }
            }
        }
        assertTrue(picks > 10_000 && protectedPicks > 500, picks + " " + protectedPicks);
        assertTrue(finished > 1_000, "finished delays " + finished);
        assertTrue(requeuedAnew > 100, "placed anew " + requeuedAnew);
        assertTrue(requeuedInPlace > 1_000, "kept their place " + requeuedInPlace);
        assertTrue(wins > 1_000 && quietWakes > 1_000, wins + " " + quietWakes);
    }

    private void start(FairProfile profile, int seed) {
        random = new SplittableRandom(seed);
        queue = new FairQueue(profile, 2, TICK_NS, random.nextLong());
        entities = new ArrayList<>();
        frozen = new HashMap<>();
        nowNs = 0;
        for (int i = 0; i < 2 + seed % 7; i++) {
            FairPolicy policy = FairPolicy.values()[random.nextInt(4) == 0 ? random.nextInt(3) : 0];
            FairEntity e = new FairEntity(policy, seed % 3 == 0 ? 0 : random.nextInt(-20, 20));
            entities.add(e);
        }
    }

    private void step() {
        nowNs += random.nextInt(4) == 0 ? 0 : random.nextLong(1L << random.nextInt(6, 21));
        FairEntity e = entities.get(random.nextInt(entities.size()));
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> wake(e);
            case 3, 4 -> block();
            case 5 -> tick();
            case 6 -> schedule();
            default -> {
                if (!e.delayed()) {
                    long sliceNs = random.nextInt(2) * random.nextLong(100_000, 5_000_000);
                    queue.change(e, e.policy(), e.nice(), sliceNs, nowNs);
                }
            }
        }
        if (queue.takeReschedRequest()) {
            schedule();
        }
    }

    private void wake(FairEntity e) {
        if (e.onQueue() && !e.delayed()) {
            return;
        }
        if (e.delayed()) {
            requeue(e);
        } else {
            queue.enqueue(e, EnqueueKind.WAKEUP, nowNs);
        }
        wakeTest(e);
    }

    private void requeue(FairEntity e) {
        long staleV = queue.virtualTime();
        long v = e.vruntime();
        long d = e.deadline();
        queue.requeueDelayed(e);
        frozen.remove(e);
        assertFalse(e.delayed());
        if (staleV - v <= 0) {
            assertEquals(v, e.vruntime());
            assertEquals(d, e.deadline());
            requeuedInPlace++;
        } else {
            assertEquals(e.vruntime(), queue.virtualTime(), "at V, so V does not move");
            assertEquals(e.vruntime() + e.virtualNs(e.sliceNs()), e.deadline());
            requeuedAnew++;
        }
    }

    private void wakeTest(FairEntity e) {
        FairEntity running = queue.current();
        if (running == null) {
            return;
        }
        assertFalse(queue.wakeupPreempts(e, nowNs, true), "need-resched is set already");
        boolean idleRule = running.policy() == FairPolicy.IDLE && e.policy() != FairPolicy.IDLE;
        boolean latched = queue.takeReschedRequest();
        boolean preempts = queue.wakeupPreempts(e, nowNs, false);
        if (running.policy() != FairPolicy.IDLE && e.policy() != FairPolicy.NORMAL) {
            assertFalse(preempts, "BATCH and IDLE wake-ups do not preempt");
        }
        if (preempts) {
            assertFalse(queue.wakeupPreempts(running, nowNs, false), "one request serves all");
            assertTrue(queue.takeReschedRequest());
            FairEntity next = pick();
            assertTrue(idleRule || next == e, "the wakee is what a pick returns");
            switchTo(next);
            wins++;
        } else {
            quietWakes++;
            if (latched) {
                schedule();
            }
        }
    }

    private void block() {
        FairEntity e = queue.current();
        if (e == null || !e.onQueue()) {
            schedule();
            return;
        }
        queue.updateCurrent(nowNs);
        boolean eligible = queue.eligible(e);
        boolean off = queue.dequeue(e, DequeueKind.SLEEP, nowNs);
        assertEquals(eligible, off, "only an ineligible entity is delayed");
        if (off) {
            assertTrue(e.vlag() >= 0, "an eligible entity is owed something, or even");
            lagIsBounded(e);
        } else {
            frozen.put(e, new long[] {e.vruntime(), e.deadline()});
        }
        schedule();
        assertNotSame(e, queue.current(), "a sleeper does not run");
    }

    private void tick() {
        FairEntity c = queue.current();
        if (c == null || !c.onQueue()) {
            return;
        }
        long before = c.vruntime();
        queue.tick(nowNs);
        assertTrue(c.vruntime() - before >= 0, "vruntime never goes back");
        assertTrue(c.deadline() - c.vruntime() > 0, "the deadline lies ahead");
        if (queue.nr() == 1) {
            assertFalse(queue.takeReschedRequest(), "nobody else to run");
        }
        boolean requested = queue.takeReschedRequest();
        long v = c.vruntime();
        long d = c.deadline();
        queue.tick(nowNs);
        assertEquals(v, c.vruntime(), "no time, no change");
        assertEquals(d, c.deadline());
        assertFalse(queue.takeReschedRequest());
        if (requested) {
            schedule();
        }
    }

    private void schedule() {
        switchTo(pick());
    }

    private void switchTo(FairEntity next) {
        if (next != queue.current()) {
            queue.putPrev(nowNs);
            if (next != null) {
                queue.setNext(next, nowNs);
            }
        }
    }

    private FairEntity pick() {
        boolean someoneAwake = queue.nrRunnable() > 0;
        FairEntity c = queue.current();
        FairEntity next = queue.pick(nowNs, this::finishes);
        assertFalse(queue.takeReschedRequest(), "the pick is the reschedule");
        if (!someoneAwake) {
            assertNull(next);
            assertEquals(0, queue.nr(), "a CPU of sleepers drains");
            return null;
        }
        assertNotNull(next);
        assertFalse(next.delayed());
        if (queue.nr() > 1) {
            assertTrue(queue.eligible(next), "the pick is eligible");
            boolean shielded = c != null && c.onQueue() && queue.eligible(c) && isProtected(c);
            if (shielded) {
                assertSame(c, next, "protected while eligible");
                protectedPicks++;
            }
            for (FairEntity e : entities) {
                if (!shielded && e.onQueue() && queue.eligible(e)) {
                    assertTrue(e.deadline() - next.deadline() >= 0, "earliest deadline");
                }
            }
        }
        picks++;
        return next;
    }

    private boolean isProtected(FairEntity c) {
        return queue.profile().protection == Protection.DEADLINE_STAMP
                ? c.protection == c.deadline()
                : c.vruntime() - c.protection < 0;
    }

    private void finishes(FairEntity e) {
        assertFalse(e.onQueue());
        assertFalse(e.delayed());
        assertTrue(e.vlag() <= 0, "sleep earns no credit");
        lagIsBounded(e);
        assertNotEquals(null, frozen.remove(e));
        finished++;
    }

    private static void lagIsBounded(FairEntity e) {
        long limit = e.virtualNs(Math.max(2 * e.sliceNs(), TICK_NS));
        assertTrue(Math.abs(e.vlag()) <= limit);
    }

    private void averagesHold() {
        long v = queue.virtualTime();
        long sum = 0;
        int count = 0;
        int delayed = 0;
        FairEntity least = null;
        for (FairEntity e : entities) {
            if (e.onQueue()) {
                sum += (e.vruntime() - v) * e.weight();
                least = least == null || e.vruntime() - least.vruntime() < 0 ? e : least;
                count++;
                delayed += e.delayed() ? 1 : 0;
                assertEquals(e.vruntime() - v <= 0, queue.eligible(e));
            }
        }
        assertTrue(sum >= 0 && (sum < queue.weight() || count == 0), "V is the floored average");
        assertTrue(least == null || queue.eligible(least), "somebody is eligible");
        assertEquals(count, queue.nr());
        assertEquals(delayed, queue.nrDelayed());
        assertEquals(count - delayed, queue.nrRunnable());
    }

    private void delayedEntitiesAreFrozen() {
        for (Map.Entry<FairEntity, long[]> entry : frozen.entrySet()) {
            FairEntity e = entry.getKey();
            assertTrue(e.delayed() && e.onQueue());
            assertEquals(entry.getValue()[0], e.vruntime());
            assertEquals(entry.getValue()[1], e.deadline());
            assertNotSame(e, queue.current());
        }
    }
}
