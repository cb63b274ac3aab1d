package org.irqlab.kernel.napi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * NAPI against a plain model: the machine stands still, and the test takes the steps of two CPUs in
 * random order, also those of one CPU while an instance is polled on the other.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NapiModelTest {
    private static final int SEEDS = 96;
    private static final int OPERATIONS = 256;
    private static final int LEAST_SQUEEZES = 10;

    @Test
    void agreesWithThePlainModel() {
        long squeezes = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            try (var machine =
                    new TestMachine(MachineSpec.unpinned(NapiScript.CPUS).withWorkersPerPool(1))) {
                var real = new RealNapi(machine, new NapiScript(seed));
                var model = new NaiveNapi(new NapiScript(seed));
                var random = new Random(seed);
                for (int i = 0; i < OPERATIONS; i++) {
                    long step = random.nextLong();
                    for (NapiScript.Target side : List.of(real, model)) {
                        NapiScript.play(step, side);
                    }
                    String where = "seed=" + seed + " operation=" + i;
                    assertEquals(model.log, real.log, where);
                    assertEquals(model.state(), real.state(), where);
                    model.log.clear();
                    real.log.clear();
                }
                squeezes += model.squeezes();
            }
        }
        assertTrue(squeezes > LEAST_SQUEEZES, "runs that met the budget: " + squeezes);
    }
}
