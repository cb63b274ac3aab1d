package org.irqlab.kernel.sched.fair;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Random histories against the plain model, for every kernel profile. */
@Timeout(120)
class FairQueueRandomTest {
    private static final int SEEDS = 64;
    private static final int STEPS = 2_000;

    @ParameterizedTest
    @EnumSource
    void everyDecisionAndAllStateAreThoseOfTheModel(FairProfile profile) {
        int[] done = new int[FairQueuePair.Step.values().length];
        int preemptions = 0;
        int delays = 0;
        int finished = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            FairQueuePair pair = new FairQueuePair(profile, seed, 2 + seed % 9, 0);
            run(pair, seed);
            preemptions += pair.preemptions;
            delays += pair.delays;
            finished += pair.finishedDelays;
            for (int i = 0; i < done.length; i++) {
                done[i] += pair.done[i];
            }
        }
        assertTrue(preemptions > 3_000, "preemptions " + preemptions);
        assertTrue(delays > 3_000, "delayed dequeues " + delays);
        assertTrue(finished > 1_000, "delays finished by a pick " + finished);
        for (int count : done) {
            assertTrue(count > 500, "every kind of step happens");
        }
    }

    private static void run(FairQueuePair pair, int seed) {
        for (int step = 0; step < STEPS; step++) {
            try {
                pair.step();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("seed " + seed + " step " + step, e);
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void wrappingVirtualTimesChangeNoDecision(FairProfile profile) {
        long[] offsets = {
            Long.MAX_VALUE, Long.MAX_VALUE - 20_000_000, -1, -20_000_000, Long.MIN_VALUE, 1L << 62
        };
        for (int seed = 0; seed < 12; seed++) {
            run(new FairQueuePair(profile, 1_000 + seed, 6, offsets[seed % offsets.length]), seed);
        }
    }

    @ParameterizedTest
    @EnumSource
    void crowdedQueuesAgreeToo(FairProfile profile) {
        for (int seed = 0; seed < 2; seed++) {
            run(new FairQueuePair(profile, 2_000 + seed, 48, seed - 2L), seed);
        }
    }
}
