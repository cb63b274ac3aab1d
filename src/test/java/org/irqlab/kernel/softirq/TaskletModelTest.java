package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * Tasklets against a plain model: the machine stands still, and the test takes the steps of two
 * CPUs in random order, also those of one CPU while a tasklet runs on the other.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class TaskletModelTest {
    private static final int SEEDS = 96;
    private static final int OPERATIONS = 256;
    private static final int CPUS = 2;
    private static final int TASKLETS = 4;

    /** What both sides do, in the words of the state word. */
    private interface Side {
        void schedule(int tasklet, int cpu);

        void runList(int cpu);

        void disable(int tasklet);

        void enable(int tasklet);

        /** Kills it if that needs no wait. */
        void kill(int tasklet, int cpu);

        List<String> log();
    }

    @Test
    void agreesWithThePlainModel() {
        for (int seed = 0; seed < SEEDS; seed++) {
            try (var machine = new TestMachine(MachineSpec.unpinned(CPUS).withWorkersPerPool(1))) {
                var real = new Real(machine, seed);
                var model = new Model(seed);
                var random = new Random(seed);
                int[] disables = new int[TASKLETS];
                for (int i = 0; i < OPERATIONS; i++) {
                    int choice = random.nextInt(11);
                    int tasklet = random.nextInt(TASKLETS);
                    int cpu = random.nextInt(CPUS);
                    for (Side side : List.of(real, model)) {
                        step(side, choice, tasklet, cpu, disables[tasklet]);
                    }
                    disables[tasklet] += choice == 8 ? 1 : 0;
                    disables[tasklet] -= choice == 9 && disables[tasklet] > 0 ? 1 : 0;
                    String where = "seed=" + seed + " operation=" + i + " choice=" + choice;
                    assertEquals(model.log(), real.log(), where);
                    assertEquals(model.state(), real.state(), where);
                }
            }
        }
    }

    private static void step(Side side, int choice, int tasklet, int cpu, int disables) {
        if (choice < 4) {
            side.schedule(tasklet, cpu);
        } else if (choice < 8) {
            side.runList(cpu);
        } else if (choice == 8) {
            side.disable(tasklet);
        } else if (choice == 10) {
            side.kill(tasklet, cpu);
        } else if (disables > 0) {
            side.enable(tasklet);
        }
    }

    /** What the {@code run}-th run of a tasklet on {@code cpu} does. */
    private static void react(Side side, int seed, int tasklet, int run, int cpu, boolean nested) {
        var random = new Random((seed * 131L + tasklet) * 65_537 + run);
        random.nextInt();
        int other = random.nextInt(TASKLETS);
        switch (random.nextInt(6)) {
            case 0 -> side.schedule(tasklet, cpu);
            case 1 -> side.schedule(other, 1 - cpu);
            case 2 -> {
                side.schedule(tasklet, 1 - cpu);
                if (!nested) {
                    side.runList(1 - cpu);
                }
            }
            case 3 -> {
                if (!nested) {
                    side.runList(1 - cpu);
                }
            }
            case 4 -> {
                side.disable(other);
                side.schedule(other, cpu);
                side.enable(other);
            }
            default -> side.schedule(other, cpu);
        }
    }

    private static final class Real implements Side {
        private final TestMachine machine;
        private final int seed;
        private final Tasklet[] tasklets = new Tasklet[TASKLETS];
        private final int[] runs = new int[TASKLETS];
        private final List<String> log = new ArrayList<>();
        private int depth;

        Real(TestMachine machine, int seed) {
            this.machine = machine;
            this.seed = seed;
            for (int t = 0; t < TASKLETS; t++) {
                int number = t;
                tasklets[t] =
                        new Tasklet(
                                cpu -> {
                                    log.add("run " + number + " on " + cpu.id());
                                    boolean nested = depth > 1;
                                    react(this, seed(), number, runs[number]++, cpu.id(), nested);
                                },
                                number,
                                0);
            }
        }

        private int seed() {
            return seed;
        }

        @Override
        public void schedule(int tasklet, int cpu) {
            boolean set = machine.machine().tasklets(cpu).schedule(tasklets[tasklet]);
            log.add("schedule " + tasklet + " on " + cpu + " " + set);
        }

        @Override
        public void runList(int cpu) {
            depth++;
            machine.machine().tasklets(cpu).run(machine.cpu(cpu));
            depth--;
        }

        @Override
        public void disable(int tasklet) {
            tasklets[tasklet].disableNoSync();
        }

        @Override
        public void enable(int tasklet) {
            tasklets[tasklet].enable();
        }

        @Override
        public void kill(int tasklet, int cpu) {
            TaskletControl control = machine.machine().taskletControl();
            log.add("kill " + tasklet + " " + killed(control, tasklets[tasklet], cpu));
        }

        private boolean killed(TaskletControl control, Tasklet tasklet, int cpu) {
            return !tasklet.running() && control.killWithin(tasklet, 0, machine.cpu(cpu));
        }

        @Override
        public List<String> log() {
            return log;
        }

        String state() {
            var text = new StringBuilder();
            for (Tasklet tasklet : tasklets) {
                text.append(tasklet.scheduled() ? "S" : "-").append(tasklet.running() ? "R" : "-");
            }
            for (int cpu = 0; cpu < CPUS; cpu++) {
                Tasklets list = machine.machine().tasklets(cpu);
                text.append(
                        " %d/%d/%d/%d/%d"
                                .formatted(
                                        list.scheduled(),
                                        list.coalesced(),
                                        list.ran(),
                                        list.disabledSpins(),
                                        list.elsewhereSpins()));
            }
            return text.toString();
        }
    }

    private static final class Model implements Side {
        private final int seed;
        private final boolean[] scheduled = new boolean[TASKLETS];
        private final boolean[] running = new boolean[TASKLETS];
        private final int[] disables = new int[TASKLETS];
        private final int[] runs = new int[TASKLETS];
        private final List<List<Integer>> lists =
                new ArrayList<>(List.of(new ArrayList<>(), new ArrayList<>()));
        private final int[][] counts = new int[CPUS][5];
        private final List<String> log = new ArrayList<>();
        private int depth;

        Model(int seed) {
            this.seed = seed;
        }

        @Override
        public void schedule(int tasklet, int cpu) {
            boolean set = !scheduled[tasklet];
            if (set) {
                scheduled[tasklet] = true;
                lists.get(cpu).add(tasklet);
            }
            counts[cpu][set ? 0 : 1]++;
            log.add("schedule " + tasklet + " on " + cpu + " " + set);
        }

        @Override
        public void runList(int cpu) {
            depth++;
            List<Integer> taken = lists.set(cpu, new ArrayList<>());
            for (int tasklet : taken) {
                if (running[tasklet] || disables[tasklet] > 0) {
                    counts[cpu][running[tasklet] ? 4 : 3]++;
                    lists.get(cpu).add(tasklet);
                    continue;
                }
                scheduled[tasklet] = false;
                running[tasklet] = true;
                counts[cpu][2]++;
                log.add("run " + tasklet + " on " + cpu);
                react(this, seed, tasklet, runs[tasklet]++, cpu, depth > 1);
                running[tasklet] = false;
            }
            depth--;
        }

        @Override
        public void disable(int tasklet) {
            disables[tasklet]++;
        }

        @Override
        public void enable(int tasklet) {
            disables[tasklet]--;
        }

        @Override
        public void kill(int tasklet, int cpu) {
            log.add("kill " + tasklet + " " + (!running[tasklet] && !scheduled[tasklet]));
        }

        @Override
        public List<String> log() {
            return log;
        }

        String state() {
            var text = new StringBuilder();
            for (int t = 0; t < TASKLETS; t++) {
                text.append(scheduled[t] ? "S" : "-").append(running[t] ? "R" : "-");
            }
            Arrays.stream(counts)
                    .forEach(c ->
                            text.append(" %d/%d/%d/%d/%d".formatted(c[0], c[1], c[2], c[3], c[4])));
            return text.toString();
        }
    }
}
