package org.irqlab.kernel.sched;

import static org.irqlab.kernel.sched.SleepState.Wake.NOT_NEEDED;
import static org.irqlab.kernel.sched.SleepState.Wake.STAYS_AWAKE;
import static org.irqlab.kernel.sched.SleepState.Wake.WON;
import static org.irqlab.kernel.sched.SleepState.Wake.WON_DELAYED;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

@Timeout(value = 20, unit = TimeUnit.SECONDS)
class SleepStateTest {
    private final SleepState state = new SleepState();

    private void runs() {
        state.tryWake();
        state.enqueued();
    }

    @Test
    void startsAsleep() {
        assertTrue(state.asleep());
        assertEquals(WON, state.tryWake());
    }

    @Test
    void letsOneWakerWin() {
        assertEquals(WON, state.tryWake());
        assertEquals(NOT_NEEDED, state.tryWake());
        state.enqueued();
        assertEquals(NOT_NEEDED, state.tryWake());
        assertFalse(state.asleep());
    }

    @Test
    void keepsATaskAwakeThatIsWokenBetweenItsAnnouncementAndItsSleep() {
        runs();
        state.announce();
        assertTrue(state.announced());
        assertEquals(STAYS_AWAKE, state.tryWake());
        assertFalse(state.announced());
        assertFalse(state.publishAsleep(false), "the waker was faster");
        assertFalse(state.asleep());
        assertEquals(NOT_NEEDED, state.tryWake());
    }

    @Test
    void takesAnAnnouncementBack() {
        runs();
        state.announce();
        state.cancel();
        assertFalse(state.announced());
        assertFalse(state.publishAsleep(true));
    }

    @Test
    void sendsTheWakeOfADelayedTaskToItsQueueUntilTheDelayEnds() {
        runs();
        state.announce();
        assertTrue(state.publishAsleep(true));
        assertTrue(state.asleep());
        assertEquals(WON_DELAYED, state.tryWake());
        state.delayEnded();
        assertEquals(NOT_NEEDED, state.tryWake(), "the end of the delay does not undo a wake");
        state.enqueued();
        state.announce();
        assertTrue(state.publishAsleep(true));
        state.delayEnded();
        assertEquals(WON, state.tryWake());
    }

    @Test
    void knowsWhetherItsCpuStillWorksOnIt() {
        assertFalse(state.onCpu());
        state.entersCpu();
        assertTrue(state.onCpu());
        state.leavesCpu();
        assertFalse(state.onCpu());
    }

    @Test
    void isNeverWokenAgainOnceItHasEnded() {
        runs();
        state.died();
        assertTrue(state.dead());
        assertFalse(state.asleep());
        assertEquals(NOT_NEEDED, state.tryWake());
    }
}
