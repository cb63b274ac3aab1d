package org.irqlab.lab.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.lab.replay.ReplayPlan.ActionKind;
import org.irqlab.lab.replay.ReplayPlan.ActivityKind;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ReturnCostsTest {
    private static final int NET_TX = 2;
    private static final int NET_RX = 3;
    private static final long SWITCH_NS = 1_500;
    private static final long UNKNOWN_NS = 540;
    private static final int ENOUGH = 20;

    private final PlanActivities plan = new PlanActivities();

    /** Quanta with two raises, {@code ns} apart. */
    private void quanta(int count, int task, long ns, int preemptions, int second) {
        for (int i = 0; i < count; i++) {
            int quantum = plan.add(ActivityKind.QUANTUM, task, ReplayPlan.NONE, 0, 0, 0);
            plan.addAction(quantum, ActionKind.RAISE, NET_TX, 0, 1_000, 0);
            for (int p = 0; p < preemptions; p++) {
                plan.preempted(quantum);
            }
            plan.addAction(quantum, ActionKind.RAISE, second, 0, 1_000 + ns, 0);
        }
    }

    private long ofTask(int task) {
        return new ReturnCosts(plan, 2, SWITCH_NS, UNKNOWN_NS).ofTask(task);
    }

    @Test
    void isWhatAPreemptionAddsBeyondTheSwitch() {
        quanta(ENOUGH, 0, 5_000, 0, NET_TX);
        quanta(ENOUGH, 0, 5_000 + SWITCH_NS + 700, 1, NET_TX);
        assertEquals(700, ofTask(0));
        assertEquals(UNKNOWN_NS, ofTask(1), "each task has its own");
    }

    @Test
    void isTheReferencesWhereEitherKindIsRare() {
        quanta(ENOUGH, 0, 5_000, 0, NET_TX);
        quanta(ENOUGH - 1, 0, 5_000 + SWITCH_NS + 700, 1, NET_TX);
        quanta(ENOUGH - 1, 1, 5_000, 0, NET_TX);
        quanta(ENOUGH, 1, 5_000 + SWITCH_NS + 700, 1, NET_TX);
        assertEquals(UNKNOWN_NS, ofTask(0));
        assertEquals(UNKNOWN_NS, ofTask(1));
    }

    @Test
    void looksOnlyAtStretchesThatAreAlike() {
        quanta(ENOUGH, 0, 5_000, 0, NET_TX);
        quanta(ENOUGH - 1, 0, 5_000 + SWITCH_NS + 700, 1, NET_TX);
        quanta(ENOUGH, 0, 50_000, 1, NET_RX);
        quanta(ENOUGH, 0, 50_000, 2, NET_TX);
        assertEquals(UNKNOWN_NS, ofTask(0), "another vector, or two preemptions");
        quanta(1, 0, 5_000 + SWITCH_NS + 700, 1, NET_TX);
        assertEquals(700, ofTask(0));
    }

    @Test
    void isNeverBelowNothing() {
        quanta(ENOUGH, 0, 5_000, 0, NET_TX);
        quanta(ENOUGH, 0, 5_000, 1, NET_TX);
        assertEquals(0, ofTask(0));
    }
}
