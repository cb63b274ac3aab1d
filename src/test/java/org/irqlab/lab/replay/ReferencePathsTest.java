package org.irqlab.lab.replay;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.lab.replay.ReferencePaths.Known;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;

@Timeout(30)
class ReferencePathsTest {
    private static long[] times(int count, long ns) {
        long[] samples = new long[count];
        Arrays.fill(samples, ns);
        return samples;
    }

    private static PathCosts costs(int raises, int exits) {
        var costs = new PathCosts();
        // Twice the reference machine's by the raises, half by the exits.
        costs.raiseToSoftirqInTaskNs = times(raises, 760);
        costs.irqExitToSoftirqNs = times(exits, 170);
        return costs;
    }

    @Test
    void placesTheMachineByTheMoreFrequentPath() {
        assertEquals(2.0, ReferencePaths.of(costs(6, 5)).scale());
        assertEquals(0.5, ReferencePaths.of(costs(5, 6)).scale());
        assertEquals(0.5, ReferencePaths.of(costs(5, 5)).scale());
    }

    @Test
    void placesTheMachineByTheLowQuantile() {
        PathCosts costs = costs(0, 100);
        Arrays.fill(costs.irqExitToSoftirqNs, 5, 100, 3_000);
        assertEquals(0.5, ReferencePaths.of(costs).scale());
    }

    @Test
    void scalesEveryPath() {
        ReferencePaths twice = ReferencePaths.of(costs(6, 5));
        ReferencePaths one = new ReferencePaths(1);
        assertEquals(2 * one.ns(Known.WAKE_HOT), twice.ns(Known.WAKE_HOT));
        assertEquals(2 * one.ns(Known.WAKE_WARM), twice.ns(Known.WAKE_WARM));
        assertEquals(2 * one.ns(Known.SWITCH_HOT), twice.ns(Known.SWITCH_HOT));
        assertEquals(2 * one.ns(Known.SWITCH_WARM), twice.ns(Known.SWITCH_WARM));
        assertEquals(2 * one.ns(Known.WAKE_TO_RESCHEDULE), twice.ns(Known.WAKE_TO_RESCHEDULE));
        assertEquals(2 * one.ns(Known.RETURN), twice.ns(Known.RETURN));
        assertEquals(2 * one.ns(Known.LEAVE_TO_IDLE), twice.ns(Known.LEAVE_TO_IDLE));
        assertEquals(2 * one.ns(Known.WORKER_START), twice.ns(Known.WORKER_START));
        assertEquals(2 * one.ns(Known.WORKER_LEAVE), twice.ns(Known.WORKER_LEAVE));
        assertEquals(0, ReferencePaths.of(new PathCosts()).ns(Known.WAKE_HOT), "nothing tells");
    }

    @Test
    void pathCostsLessInWarmerCaches() {
        ReferencePaths one = new ReferencePaths(1);
        assertEquals(777, ReferencePaths.hot(777, Temperature.HOT));
        assertEquals(
                one.ns(Known.WAKE_HOT),
                ReferencePaths.hot(one.ns(Known.WAKE_WARM), Temperature.WARM));
        long cold = ReferencePaths.hot(10_000, Temperature.COLD);
        assertEquals(2_873, cold, "10,000 × 1,230/4,280");
    }
}
