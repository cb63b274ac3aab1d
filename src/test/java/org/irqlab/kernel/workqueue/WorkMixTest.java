package org.irqlab.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.concurrent.TimeUnit;

/** The short form of {@link WorkMix}; perf has the long one. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WorkMixTest {
    private static final int OPERATIONS = 12_000;

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void losesNothingAndRunsNothingTwice(int cpus) throws InterruptedException {
        var counts =
                new WorkMix(cpus, OPERATIONS, cpus, MachineSpec.unpinned(cpus)).run(60_000);
        assertTrue(counts.ran() > OPERATIONS / 10, counts::toString);
    }
}
