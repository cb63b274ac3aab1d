package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * Every flow against a plain model, by random fires, disables and enables, from outside and from
 * within a handler; and nothing is ever lost that the flow has to keep. The machine stands still:
 * what arrives while the handler runs on CPU 0 is taken by CPU 1.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FlowModelTest {
    private static final int SEEDS = 96;
    private static final int OPERATIONS = 256;
    private static final Set<IrqChipFlag> PLAIN = Set.of();

    static Stream<Arguments> lines() {
        return Stream.of(
                line("edge", FlowHandler.EDGE, false, true, PLAIN),
                line("edge, software resend", FlowHandler.EDGE, false, false, PLAIN),
                line("edge+eoi", FlowHandler.EDGE_EOI, false, true, PLAIN),
                line("level", FlowHandler.LEVEL, true, false, PLAIN),
                line("fasteoi level", FlowHandler.FAST_EOI, true, true, PLAIN),
                line("fasteoi edge", FlowHandler.FAST_EOI, false, true, PLAIN),
                line(
                        "fasteoi edge that resends",
                        FlowHandler.FAST_EOI,
                        false,
                        false,
                        Set.of(IrqChipFlag.RESEND_WHEN_IN_PROGRESS)),
                line(
                        "fasteoi that ends what it handled",
                        FlowHandler.FAST_EOI,
                        false,
                        true,
                        Set.of(IrqChipFlag.EOI_IF_HANDLED, IrqChipFlag.RESEND_WHEN_IN_PROGRESS)),
                line("simple", FlowHandler.SIMPLE, false, false, PLAIN));
    }

    private static Arguments line(
            String name,
            FlowHandler flow,
            boolean level,
            boolean retriggers,
            Set<IrqChipFlag> flags) {
        return arguments(name, new Wiring(flow, level, retriggers, flags));
    }

    private record Wiring(
            FlowHandler flow, boolean level, boolean retriggers, Set<IrqChipFlag> flags) {
        LineHardware hardware() {
            return new LineHardware(level, retriggers, flags);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("lines")
    void agreesWithThePlainModelAndLosesNothing(String name, Wiring wiring) {
        var machine = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
        long notAtOnce = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var real = new Real(machine, wiring, seed);
            var model = new Model(wiring, seed);
            var realSteps = new Random(seed);
            var modelSteps = new Random(seed);
            for (int i = 0; i < OPERATIONS; i++) {
                real.step(realSteps);
                model.step(modelSteps);
                assertEquals(model.toString(), real.toString(), "seed=" + seed + " operation=" + i);
            }
            real.settle();
            LineCounts counts = real.line.counts();
            if (counts.refused() == 0 || wiring.level) {
                assertEquals(real.fired, real.firedBeforeLastRun, "I-02, I-12: seed=" + seed);
            }
            assertFalse(wiring.level && counts.resent() > 0, "I-13");
            TestLines.assertConserved(real.line);
            notAtOnce += counts.remembered() + counts.refused();
        }
        assertTrue(notAtOnce > SEEDS, "nothing interesting happened: " + notAtOnce);
    }

    /** What both sides do, and how the handler behaves. */
    private abstract static class Side {
        final LineHardware hw;
        private final int seed;
        private int started;
        boolean inHandler;
        int disables;
        long fired;
        long firedBeforeLastRun;

        Side(Wiring wiring, int seed) {
            hw = wiring.hardware();
            this.seed = seed;
        }

        abstract void interrupt();

        abstract void disable();

        abstract void enable();

        abstract void runQueued();

        void step(Random random) {
            switch (random.nextInt(9)) {
                case 0, 1, 2 -> fire();
                case 3, 4 -> take();
                case 5 -> {
                    disables++;
                    disable();
                }
                case 6, 7 -> {
                    disables = Math.max(0, disables - 1);
                    enable();
                }
                default -> {
                    if (!inHandler) {
                        runQueued();
                    }
                }
            }
        }

        void fire() {
            fired++;
            hw.fire();
        }

        void take() {
            if (hw.take()) {
                interrupt();
            }
        }

        /** A run of the handler. */
        void handle() {
            assertFalse(inHandler, "I-30: the handler overlaps itself");
            inHandler = true;
            firedBeforeLastRun = fired;
            hw.lower();
            var random = new Random(seed * 65_537L + started++);
            random.nextInt();
            for (int left = random.nextInt(6); left > 0; left--) {
                step(random);
            }
            inHandler = false;
        }
    }

    private static final class Real extends Side {
        private final KernelCpu[] cpus;
        private final IrqDescriptor line;

        Real(TestMachine machine, Wiring wiring, int seed) {
            super(wiring, seed);
            cpus = new KernelCpu[] {machine.cpu(0), machine.cpu(1)};
            line = TestLines.wired(machine, 45, hw, wiring.flow);
            var request = IrqRequest.of("dev0", cpu -> topHalf());
            Trigger trigger = wiring.level ? Trigger.HIGH : Trigger.RISING;
            TestLines.request(line, request.withTrigger(trigger), cpus[0]);
        }

        private IrqReturn topHalf() {
            handle();
            return IrqReturn.HANDLED;
        }

        @Override
        void interrupt() {
            line.handle(cpus[inHandler ? 1 : 0]);
        }

        @Override
        void disable() {
            line.disableNoSync(cpus[0]);
        }

        @Override
        void enable() {
            line.enable(cpus[0]);
        }

        @Override
        void runQueued() {
            line.core.resend().run(cpus[0]);
        }

        /** Enables the line, and takes what is left until nothing is. */
        void settle() {
            do {
                while (disables > 0) {
                    disables--;
                    enable();
                }
                take();
                runQueued();
            } while (disables > 0 || hw.owes());
        }

        @Override
        public String toString() {
            LineCounts c = line.counts();
            return "runs=%d remembered=%d merged=%d refused=%d resent=%d unbalanced=%d pending=%s %s"
                    .formatted(
                            c.handlerRuns(),
                            c.remembered(),
                            c.merged(),
                            c.refused(),
                            c.resent(),
                            c.unbalancedEnables(),
                            line.isPending(),
                            hw);
        }
    }

    private static final class Model extends Side {
        private final NaiveLine line;

        Model(Wiring wiring, int seed) {
            super(wiring, seed);
            line = new NaiveLine(wiring.flow, hw, wiring.level, this::handle);
        }

        @Override
        void interrupt() {
            line.interrupt();
        }

        @Override
        void disable() {
            line.disable();
        }

        @Override
        void enable() {
            line.enable();
        }

        @Override
        void runQueued() {
            line.runQueued();
        }

        @Override
        public String toString() {
            return line.toString();
        }
    }
}
