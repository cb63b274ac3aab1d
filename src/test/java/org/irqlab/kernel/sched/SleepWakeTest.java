package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** Sleeps against wakes of two CPUs: a lost wake hangs, a double one breaks a count. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SleepWakeTest {
    private static final int ROUNDS = 5_000;

    private static MachineSpec spec(int cpus) {
        return MachineSpec.unpinned(cpus).withWorkersPerPool(1);
    }

    /** Sleeps until {@code flag} has reached {@code wanted}. */
    private static void sleepUntil(Task self, AtomicLong flag, long wanted) {
        while (true) {
            self.prepareToSleep('S');
            if (flag.getPlain() >= wanted) {
                self.finishSleep();
                return;
            }
            self.cpu().scheduler().schedule();
        }
    }

    private static void wake(Task self, Task other) {
        self.cpu().scheduler().wake(other);
    }

    private static void pingPong(int cpuOfPing, int cpuOfPong) {
        var ping = new AtomicLong();
        var pong = new AtomicLong();
        try (var m = new TestMachine(spec(2))) {
            var tasks = new Task[2];
            tasks[1] =
                    m.sleeper(
                            cpuOfPong,
                            "pong/0",
                            TaskPolicy.NORMAL,
                            self -> {
                                for (int i = 1; i <= ROUNDS; i++) {
                                    sleepUntil(self, ping, i);
                                    pong.setPlain(i);
                                    wake(self, tasks[0]);
                                }
                            });
            tasks[0] =
                    m.kernelThread(
                            cpuOfPing,
                            "ping/0",
                            TaskPolicy.NORMAL,
                            self -> {
                                for (int i = 1; i <= ROUNDS; i++) {
                                    ping.setPlain(i);
                                    wake(self, tasks[1]);
                                    sleepUntil(self, pong, i);
                                }
                            });
            m.start();
            Threads.await("all rounds", () -> pong.get() == ROUNDS);
            Threads.await("both end", () -> !tasks[0].thread().isAlive());
        }
    }

    @Test
    void losesNoWakeOnOneCpu() {
        pingPong(0, 0);
    }

    @Test
    void losesNoWakeBetweenTwoCpus() {
        pingPong(0, 1);
    }

    @Test
    void losesNoWakeOfATaskThatIsLeftInTheFairQueue() {
        var sequence = List.of(new AtomicLong(), new AtomicLong(), new AtomicLong());
        var seen = List.of(new AtomicLong(), new AtomicLong(), new AtomicLong());
        var delayed = new AtomicInteger();
        var sleepers = new ArrayList<Task>();
        try (var m = new TestMachine(spec(2))) {
            // They compete, so that one which has run more than its share is not eligible when it
            // sleeps.
            for (int i = 0; i < sequence.size(); i++) {
                var wanted = sequence.get(i);
                var got = seen.get(i);
                sleepers.add(
                        m.kernelThread(
                                0,
                                "sleeper/" + i,
                                TaskPolicy.NORMAL,
                                self -> followUp(self, wanted, got)));
            }
            m.kernelThread(
                    1,
                    "waker/1",
                    TaskPolicy.NORMAL,
                    self -> {
                        var random = new Random(1);
                        for (int i = 1; i <= 2 * ROUNDS || delayed.get() <= 10; i++) {
                            int who = random.nextInt(sleepers.size());
                            Task sleeper = sleepers.get(who);
                            delayed.addAndGet(sleeper.entity().delayed() ? 1 : 0);
                            sequence.get(who).setPlain(i);
                            wake(self, sleeper);
                            self.cpu().burn(random.nextInt(10_000));
                        }
                    });
            m.start();
            Threads.await(
                    "waker ends",
                    () ->
                            m.machine().tasks().stream()
                                    .anyMatch(t ->
                                            t.name().equals("waker/1") && !t.thread().isAlive()));
            for (int i = 0; i < sequence.size(); i++) {
                int who = i;
                Threads.await(
                        "last wake seen by sleeper/" + i,
                        () -> seen.get(who).get() == sequence.get(who).get());
            }
        }
    }

    private static void followUp(Task self, AtomicLong wanted, AtomicLong seen) {
        while (true) {
            sleepUntil(self, wanted, seen.get() + 1);
            seen.set(wanted.getPlain());
            self.cpu().burn(5_000);
        }
    }

    @Test
    void letsOneOfTwoWakersWinEveryWake() {
        var wins = new AtomicInteger();
        var sleeps = new AtomicInteger();
        var wanted = new AtomicLong();
        try (var m = new TestMachine(spec(2))) {
            Task sleeper =
                    m.sleeper(
                            0,
                            "sleeper/0",
                            TaskPolicy.FIFO_50,
                            self -> {
                                while (true) {
                                    sleeps.incrementAndGet();
                                    self.prepareToSleep('S');
                                    self.cpu().scheduler().schedule();
                                }
                            });
            for (int cpu = 0; cpu < 2; cpu++) {
                m.kernelThread(
                        cpu,
                        "waker/" + cpu,
                        TaskPolicy.NORMAL,
                        self -> {
                            for (int i = 0; i < ROUNDS; i++) {
                                if (self.cpu().scheduler().wake(sleeper)) {
                                    wins.incrementAndGet();
                                }
                                // Polls: the other one's wake arrives by an interrupt.
                                self.cpu().burn(100);
                                self.cpu().scheduler().reschedulePoint();
                            }
                            wanted.incrementAndGet();
                        });
            }
            m.start();
            Threads.await("both wakers end", () -> wanted.get() == 2);
            // Every won wake ends one sleep, and begins the next.
            Threads.await("sleeps follow wakes", () -> sleeps.get() == wins.get());
            assertTrue(wins.get() >= 2);
        }
    }

    @Test
    void movesTasksBetweenCpusWithoutEverHavingTwoHolders() {
        int tasks = 6;
        // By CPU and plain: two holders, or one that does not see the last one's, lose increments.
        long[] held = new long[2];
        var done = new AtomicInteger();
        try (var m = new TestMachine(spec(2))) {
            var random = new Random(7);
            for (int cpu = 0; cpu < 2; cpu++) {
                int own = random.nextInt();
                var choice = new Random(own);
                m.cpu(cpu).scheduler().setPlacement((task, waker) -> choice.nextInt(2));
            }
            var all = new ArrayList<Task>();
            for (int i = 0; i < tasks; i++) {
                int me = i;
                all.add(
                        m.kernelThread(
                                i % 2,
                                "mover/" + i,
                                TaskPolicy.NORMAL,
                                self -> {
                                    move(self, all, me, held);
                                    done.incrementAndGet();
                                }));
            }
            m.start();
            keepAwake(m, all, done);
            long[] sum = new long[1];
            for (int cpu = 0; cpu < 2; cpu++) {
                int of = cpu;
                m.inInterrupt(cpu, here -> sum[0] += held[of]);
            }
            assertEquals((long) tasks * ROUNDS / 5, sum[0]);
        }
    }

    private static void move(Task self, List<Task> all, int me, long[] held) {
        for (int round = 0; round < ROUNDS / 5; round++) {
            KernelCpu cpu = self.cpu();
            assertSame(self, cpu.current());
            assertTrue(cpu.hw().irqsEnabled());
            long before = held[cpu.id()];
            cpu.burn(200);
            assertEquals(before, held[cpu.id()], "nobody else ran here meanwhile");
            held[cpu.id()] = before + 1;
            wake(self, all.get((me + 1) % all.size()));
            self.prepareToSleep('S');
            self.cpu().scheduler().schedule();
        }
    }

    /** The last ones awake may all sleep: no condition wakes them, so the test does. */
    private static void keepAwake(TestMachine m, List<Task> all, AtomicInteger done) {
        Threads.await(
                "all movers end",
                () -> {
                    m.inInterrupt(0, cpu -> all.forEach(cpu.scheduler()::wake));
                    return done.get() == all.size();
                });
    }

    @Test
    void switchesATaskOutBeforeItIsSwitchedInElsewhere() {
        // The way from the sleep to the switch is long, and wakes want the task on the other CPU.
        PathModel slow =
                new PathModel() {
                    @Override
                    public long switchNs(long sinceNs) {
                        return 20_000;
                    }
                };
        var done = new AtomicInteger();
        var m = new TestMachine(spec(2).withTrace(1 << 20).withPaths(cpu -> slow));
        try (m) {
            Task mover =
                    m.kernelThread(
                            0,
                            "mover/0",
                            TaskPolicy.FIFO_50,
                            self -> {
                                for (int round = 0; round < ROUNDS / 10; round++) {
                                    self.prepareToSleep('S');
                                    self.cpu().scheduler().schedule();
                                }
                                done.incrementAndGet();
                            });
            for (int cpu = 0; cpu < 2; cpu++) {
                m.cpu(cpu).scheduler().setPlacement((task, waker) -> 1 - task.cpu().id());
                m.kernelThread(
                        cpu,
                        "waker/" + cpu,
                        TaskPolicy.NORMAL,
                        self -> {
                            while (done.get() == 0) {
                                wake(self, mover);
                                self.cpu().burn(500);
                                self.cpu().scheduler().reschedulePoint();
                            }
                            done.incrementAndGet();
                        });
            }
            m.start();
            Threads.await("all end", () -> done.get() == 3);
        }
        new SwitchHistory().check(m.cpu(0).ring(), m.cpu(1).ring());
    }
}
