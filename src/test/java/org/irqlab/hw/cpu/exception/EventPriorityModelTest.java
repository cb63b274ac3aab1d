package org.irqlab.hw.cpu.exception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.exception.GuestInstruction.Breakpoint;
import org.irqlab.hw.cpu.exception.GuestInstruction.DisableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Divide;
import org.irqlab.hw.cpu.exception.GuestInstruction.EnableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.LoadImmediate;
import org.irqlab.hw.cpu.exception.GuestInstruction.Nop;
import org.irqlab.hw.cpu.exception.GuestInstruction.SetSingleStep;
import org.irqlab.hw.cpu.exception.GuestInstruction.SoftwareInterrupt;
import org.irqlab.hw.intc.FireOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;

/**
 * Which of several events comes next, against a plain model: random programs, with interrupts and
 * NMIs raised between two instructions and inside handlers.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EventPriorityModelTest {
    private static final int SEEDS = 128;
    private static final int STEPS = 256;

    @Test
    void agreesWithThePlainModel() {
        var kinds = new TreeSet<String>();
        for (int seed = 0; seed < SEEDS; seed++) {
            List<GuestInstruction> program = program(new Random(seed));
            var real = new Real(program, seed);
            var model = new Model(program, seed);
            var outside = new Random(~seed);
            for (int step = 0; step < STEPS; step++) {
                int what = outside.nextInt(10);
                int vector = 0x20 + outside.nextInt(4);
                real.outside(what, vector);
                model.outside(what, vector);
                real.guest.core.step();
                model.step();
                assertEquals(model.log, real.guest.log, "seed=" + seed + " step=" + step);
                assertEquals(model.state(), real.state(), "seed=" + seed + " step=" + step);
            }
            assertEquals(real.latched, real.guest.cpu.nmi().taken() + real.stillLatched());
            model.log.forEach(line -> kinds.add(line.split("@")[0]));
        }
        assertTrue(kinds.containsAll(List.of("0", "1", "2", "3", "32", "51")), kinds.toString());
    }

    private static List<GuestInstruction> program(Random random) {
        var program = new ArrayList<GuestInstruction>();
        for (int i = 0; i < STEPS; i++) {
            program.add(
                    switch (random.nextInt(12)) {
                        case 0, 1, 2 -> new EnableInterrupts();
                        case 3 -> new DisableInterrupts();
                        case 4, 5 -> new SoftwareInterrupt(0x33);
                        case 6 -> new Breakpoint();
                        case 7 -> new SetSingleStep(random.nextBoolean());
                        case 8 -> new Divide(0, 1);
                        case 9 -> new LoadImmediate(1, 0);
                        default -> new Nop();
                    });
        }
        return program;
    }

    /** What the handler of the {@code run}-th event does. */
    private interface Reaction {
        void nmi();

        void request(int vector);

        void exceptionReturns();
    }

    private static void react(Reaction side, int seed, int run) {
        var random = new Random(seed * 65_537L + run);
        random.nextInt();
        switch (random.nextInt(12)) {
            case 0 -> side.nmi();
            case 1 -> {
                side.nmi();
                side.nmi();
            }
            case 2 -> side.request(0x20 + random.nextInt(4));
            case 3 -> side.exceptionReturns();
            default -> {}
        }
    }

    private static final class Real implements Reaction {
        private final GuestCpu guest = new GuestCpu().withAllGates();
        private int runs;
        private long latched;

        Real(List<GuestInstruction> program, int seed) {
            for (int vector : new int[] {0, 1, 2, 3, 0x20, 0x21, 0x22, 0x23, 0x33}) {
                boolean trap = vector == 0x33 || vector == 3;
                TrapHandler handler =
                        guest.logging(frame -> {
                            if (frame.kind() == ExceptionClass.INTERRUPT && vector >= 32) {
                                guest.port.endOfInterrupt();
                            }
                            if (vector == 0) {
                                frame.core().setRegister(1, 1);
                            }
                            react(this, seed, runs++);
                        });
                guest.idt.set(vector, trap ? Gate.trap(handler) : Gate.interrupt(handler));
            }
            guest.load(new GuestProgram("random", CpuMode.KERNEL, program));
        }

        void outside(int what, int vector) {
            if (what == 0) {
                nmi();
            } else if (what < 3) {
                request(vector);
            }
        }

        @Override
        public void nmi() {
            latched += guest.cpu.nmi().raise() == FireOutcome.LATCHED ? 1 : 0;
        }

        @Override
        public void request(int vector) {
            guest.port.accept(vector);
        }

        @Override
        public void exceptionReturns() {
            guest.cpu.nmi().returned();
            guest.cpu.poll();
        }

        int stillLatched() {
            return guest.cpu.nmi().latched() ? 1 : 0;
        }

        String state() {
            return "pc=%d if=%s tf=%s nmi=%d dropped=%d"
                    .formatted(
                            guest.core.pc(),
                            guest.cpu.irqsEnabled(),
                            guest.core.singleStep(),
                            stillLatched(),
                            guest.cpu.nmi().dropped());
        }
    }

    /** The rules, one after the other. */
    private static final class Model implements Reaction {
        private final List<GuestInstruction> program;
        private final int seed;
        private final List<String> log = new ArrayList<>();
        private final TreeSet<Integer> requests = new TreeSet<>();
        private int pc;
        private boolean flag;
        private boolean step;
        private boolean stepDue;
        private boolean shadow;
        private boolean nmiLatched;
        private boolean nmiBlocked;
        private long dropped;
        private long divisor;
        private int runs;

        Model(List<GuestInstruction> program, int seed) {
            this.program = program;
            this.seed = seed;
        }

        void outside(int what, int vector) {
            if (what == 0) {
                nmi();
            } else if (what < 3) {
                request(vector);
            }
        }

        @Override
        public void nmi() {
            dropped += nmiLatched ? 1 : 0;
            nmiLatched = true;
        }

        @Override
        public void request(int vector) {
            requests.add(vector);
        }

        @Override
        public void exceptionReturns() {
            nmiBlocked = false;
            events();
        }

        private void handler(int vector, int saved, boolean keepsFlag) {
            boolean flagBefore = flag;
            boolean stepBefore = step;
            shadow = false;
            flag &= keepsFlag;
            step = false;
            log.add(vector + "@" + saved);
            if (vector == 0) {
                divisor = 1;
            }
            react(this, seed, runs++);
            flag = flagBefore;
            step = stepBefore;
            pc = saved;
            nmiBlocked = false;
        }

        /** NMIs first, then interrupts as long as the flag is on. */
        private void events() {
            while (true) {
                if (nmiLatched && !nmiBlocked) {
                    nmiLatched = false;
                    nmiBlocked = true;
                    handler(2, pc, false);
                } else if (flag && !requests.isEmpty()) {
                    handler(requests.pollFirst(), pc, false);
                } else {
                    return;
                }
            }
        }

        void step() {
            if (stepDue) {
                stepDue = false;
                handler(1, pc, false);
            }
            if (shadow) {
                shadow = false;
            } else {
                events();
            }
            if (pc >= program.size()) {
                handler(14, pc, false);
                return;
            }
            execute(program.get(pc));
        }

        private void execute(GuestInstruction instruction) {
            boolean stepped = step;
            switch (instruction) {
                case SoftwareInterrupt i -> {
                    handler(i.vector(), pc + 1, true);
                    return;
                }
                case Breakpoint b -> {
                    handler(3, pc + 1, true);
                    return;
                }
                case Divide d when divisor == 0 -> {
                    handler(0, pc, false);
                    return;
                }
                case EnableInterrupts e -> {
                    shadow = !flag;
                    flag = true;
                }
                case DisableInterrupts d -> flag = false;
                case SetSingleStep s -> step = s.on();
                case LoadImmediate l -> divisor = l.value();
                default -> {}
            }
            pc++;
            stepDue = stepped;
        }

        String state() {
            return "pc=%d if=%s tf=%s nmi=%d dropped=%d"
                    .formatted(pc, flag, step, nmiLatched ? 1 : 0, dropped);
        }
    }
}
