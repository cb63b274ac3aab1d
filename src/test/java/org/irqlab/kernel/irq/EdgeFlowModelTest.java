package org.irqlab.kernel.irq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * The edge flow against a plain model, by random fires, disables and enables, from outside and from
 * within a handler; and no fire is ever lost. The machine stands still: what arrives while the
 * handler runs on CPU 0 is taken by CPU 1.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class EdgeFlowModelTest {
    private static final int SEEDS = 128;
    private static final int OPERATIONS = 256;

    /** What both sides do. */
    private interface Side {
        void fire();

        void take();

        void disable();

        void enable();
    }

    @Test
    void agreesWithThePlainModelAndLosesNothing() {
        var machine = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
        long reruns = 0;
        long merged = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var real = new Real(machine, seed);
            var model = new Model(seed);
            var realSteps = new Random(seed);
            var modelSteps = new Random(seed);
            for (int i = 0; i < OPERATIONS; i++) {
                step(real, realSteps);
                step(model, modelSteps);
                assertEquals(model.toString(), real.toString(), "seed=" + seed + " operation=" + i);
            }
            real.settle();
            assertEquals(real.fired, real.firedBeforeLastRun, "lost a fire, seed=" + seed);
            long counted = real.line.count(0) + real.line.count(1);
            assertTrue(real.line.handlerRuns() >= counted, "seed=" + seed);
            reruns += real.line.handlerRuns() - counted;
            merged += real.line.merged();
        }
        assertTrue(reruns > SEEDS && merged > SEEDS, reruns + " re-runs, " + merged + " merged");
    }

    private static void step(Side side, Random random) {
        switch (random.nextInt(8)) {
            case 0, 1, 2 -> side.fire();
            case 3, 4 -> side.take();
            case 5 -> side.disable();
            default -> side.enable();
        }
    }

    /** What the {@code run}-th run of the handler does. */
    private static void react(Side side, int seed, int run) {
        var random = new Random(seed * 65_537L + run);
        random.nextInt();
        for (int left = random.nextInt(6); left > 0; left--) {
            step(side, random);
        }
    }

    private static final class Real implements Side {
        private final KernelCpu[] cpus;
        private final int seed;
        private final FakeChip chip = new FakeChip();
        private final IrqDescriptor line = new IrqDescriptor(45, chip, 2);
        private boolean inHandler;
        private int runs;
        private int disables;
        private long fired;
        private long firedBeforeLastRun;

        Real(TestMachine machine, int seed) {
            this.seed = seed;
            cpus = new KernelCpu[] {machine.cpu(0), machine.cpu(1)};
            line.setAction(new IrqAction("dev0", 0, cpu -> handle(), null));
        }

        private IrqReturn handle() {
            assertEquals(false, inHandler, "I-30: the handler overlaps itself");
            inHandler = true;
            firedBeforeLastRun = fired;
            react(this, seed, runs++);
            inHandler = false;
            return IrqReturn.HANDLED;
        }

        @Override
        public void fire() {
            fired++;
            chip.fire();
        }

        @Override
        public void take() {
            if (chip.take()) {
                line.handleEdge(cpus[inHandler ? 1 : 0]);
            }
        }

        @Override
        public void disable() {
            disables++;
            line.disable(cpus[0]);
        }

        @Override
        public void enable() {
            disables = Math.max(0, disables - 1);
            line.enable(cpus[0]);
        }

        /** Enables the line, and takes what is left until nothing is. */
        void settle() {
            while (disables > 0 || chip.owes()) {
                while (disables > 0) {
                    enable();
                }
                take();
            }
        }

        @Override
        public String toString() {
            return "runs=%d remembered=%d merged=%d unbalanced=%d masked=%s owes=%s"
                    .formatted(
                            line.handlerRuns(),
                            line.remembered(),
                            line.merged(),
                            line.unbalancedEnables(),
                            chip.masked(),
                            chip.owes());
        }
    }

    /** The rules, without locks or threads. */
    private static final class Model implements Side {
        private final int seed;
        private int started;
        private boolean latched;
        private boolean masked;
        private boolean heldByMask;
        private int disables;
        private boolean running;
        private boolean pending;
        private long runs;
        private long remembered;
        private long merged;
        private long unbalanced;

        Model(int seed) {
            this.seed = seed;
        }

        @Override
        public void fire() {
            heldByMask |= masked;
            latched |= !masked;
        }

        private void unmask() {
            masked = false;
            latched |= heldByMask;
            heldByMask = false;
        }

        @Override
        public void take() {
            if (!latched) {
                return;
            }
            latched = false;
            if (running || disables > 0) {
                if (pending) {
                    merged++;
                } else {
                    remembered++;
                }
                pending = true;
                masked = true;
            } else {
                runHandler();
            }
        }

        private void runHandler() {
            do {
                if (pending) {
                    unmask();
                }
                pending = false;
                running = true;
                react(this, seed, started++);
                running = false;
                runs++;
            } while (pending && disables == 0);
        }

        @Override
        public void disable() {
            disables++;
        }

        @Override
        public void enable() {
            if (disables == 0) {
                unbalanced++;
            } else if (--disables == 0) {
                unmask();
                if (pending) {
                    fire();
                }
            }
        }

        @Override
        public String toString() {
            return "runs=%d remembered=%d merged=%d unbalanced=%d masked=%s owes=%s"
                    .formatted(runs, remembered, merged, unbalanced, masked, latched || heldByMask);
        }
    }
}
