package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.base.Checks;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;

/**
 * Random mixes of work from two CPUs, on the running machine: all of it runs, once per queueing, on
 * one worker at a time, within the limits, and sees what was written before.
 */
@Timeout(value = 240, unit = TimeUnit.SECONDS)
class WorkConservationTest {
    private static final int SEEDS_PER_RUN = 16;
    private static final int CPUS = 2;
    private static final int OPERATIONS_PER_CPU = 128;
    private static final int ITEMS = 10;

    /** Items from this one on are also cancelled, so that a last payload may stay unseen. */
    private static final int FIRST_CANCELLED = 8;

    /** Items of the ordered queue; only CPU 0 queues them. */
    private static final int FIRST_ORDERED = 4;

    private static final int AFTER_ORDERED = 6;

    private WorkMachine m;
    private final List<Workqueue> queues = new ArrayList<>();
    private final WorkItem[] items = new WorkItem[ITEMS];
    private final int[][] payload = new int[CPUS][ITEMS];
    private final int[][] seen = new int[CPUS][ITEMS];
    private final AtomicIntegerArray running = new AtomicIntegerArray(ITEMS);
    private final AtomicIntegerArray active = new AtomicIntegerArray(ITEMS * CPUS);
    private final AtomicInteger accepted = new AtomicInteger();
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();
    private final AtomicInteger runs = new AtomicInteger();
    private final List<Integer> orderedIn = new ArrayList<>();
    private final List<Integer> orderedOut = new ArrayList<>();

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void runsAllThatWasQueued(int run) throws InterruptedException {
        for (int i = 0; i < SEEDS_PER_RUN; i++) {
            oneMix(run * SEEDS_PER_RUN + i);
        }
    }

    private void oneMix(int seed) throws InterruptedException {
        reset();
        var machine = new WorkMachine(CPUS, 1 + seed % 4);
        m = machine;
        try (machine) {
            makeQueues();
            var done = new CountDownLatch(CPUS);
            for (int cpu = 0; cpu < CPUS; cpu++) {
                var random = new Random(seed * 31L + cpu);
                var spec = new Task.TaskSpec("driver/" + cpu, 900 + cpu, TaskPolicy.NORMAL, true);
                int id = cpu;
                m.machine.task(
                        cpu,
                        spec,
                        self -> {
                            drive(self, id, random);
                            done.countDown();
                        });
            }
            m.start();
            m.awaitTrue("drivers done, seed=" + seed, () -> done.getCount() == 0);
            m.awaitQuiet();
        }
        check("seed=" + seed);
    }

    private void reset() {
        queues.clear();
        accepted.set(0);
        refused.set(0);
        cancelled.set(0);
        runs.set(0);
        orderedIn.clear();
        orderedOut.clear();
        for (int cpu = 0; cpu < CPUS; cpu++) {
            Arrays.fill(payload[cpu], 0);
            Arrays.fill(seen[cpu], 0);
        }
    }

    private void makeQueues() {
        var works = m.workqueues;
        var perCpu = works.create("one", WorkqueueFlags.PER_CPU, 1);
        var two = works.create("two", WorkqueueFlags.PER_CPU, 2);
        var ordered = works.create("ordered", WorkqueueFlags.ORDERED, 0);
        var unbound = works.create("unbound", WorkqueueFlags.UNBOUND, 2);
        var intensive = works.create("intensive", WorkqueueFlags.CPU_INTENSIVE, 0);
        queues.addAll(List.of(perCpu, perCpu, two, two, ordered, ordered, unbound));
        queues.addAll(List.of(intensive, works.systemHighPriority(), unbound));
        for (int i = 0; i < ITEMS; i++) {
            int number = i;
            items[i] = new WorkItem((cpu, item) -> work(cpu, number), i, 0);
        }
    }

    /** What every item does. */
    private void work(KernelCpu cpu, int number) {
        Task self = cpu.current();
        Workqueue queue = queues.get(number);
        int slot = queues.indexOf(queue) * CPUS + (queue.flags().unbound() ? 0 : cpu.id());
        Checks.invariant(running.getAndSet(number, 1) == 0, "item " + number + " runs twice");
        int now = active.incrementAndGet(slot);
        Checks.invariant(now <= queue.maxActive(), "active=" + now + " on " + queue.name());
        runs.incrementAndGet();
        for (int from = 0; from < CPUS; from++) {
            seen[from][number] = payload[from][number];
        }
        boolean ordered = number >= FIRST_ORDERED && number < AFTER_ORDERED;
        if (ordered) {
            orderedOut.add(number);
        }
        // Any variety will do; a count is reproducible enough.
        int kind = runs.get() % 7;
        cpu.burn(kind * 500L);
        if (kind == 2) {
            m.machine.sleep(self, 30_000);
        } else if (kind == 4 && !ordered) {
            queue(self.cpu(), Workqueues.ANY_CPU, number);
        }
        active.decrementAndGet(slot);
        running.set(number, 0);
    }

    private boolean queue(KernelCpu cpu, int wanted, int number) {
        boolean queued = m.workqueues.queueOn(cpu, wanted, queues.get(number), items[number]);
        (queued ? accepted : refused).incrementAndGet();
        return queued;
    }

    private void drive(Task self, int id, Random random) {
        for (int i = 0; i < OPERATIONS_PER_CPU; i++) {
            int number = random.nextInt(ITEMS);
            boolean ordered = number >= FIRST_ORDERED && number < AFTER_ORDERED;
            if (ordered && id != 0) {
                continue;
            }
            payload[id][number]++;
            int wanted = random.nextInt(3) == 0 ? random.nextInt(CPUS) : Workqueues.ANY_CPU;
            if (queue(self.cpu(), wanted, number) && ordered) {
                orderedIn.add(number);
            }
            switch (random.nextInt(8)) {
                case 0 -> m.machine.sleep(self, 50_000);
                case 1 -> m.workqueues.flush(self, items[number]);
                case 2 -> {
                    int victim = FIRST_CANCELLED + random.nextInt(ITEMS - FIRST_CANCELLED);
                    if (m.workqueues.cancelSync(self, items[victim])) {
                        cancelled.incrementAndGet();
                    }
                }
                default -> self.cpu().burn(random.nextInt(3_000));
            }
        }
    }

    private void check(String where) {
        WorkCounts counts = m.workqueues.counts();
        assertEquals(accepted.get(), counts.queued(), where);
        assertEquals(refused.get(), counts.coalesced() + counts.refused(), where);
        assertEquals(cancelled.get(), counts.cancelled(), where);
        assertEquals(runs.get(), counts.ran(), where);
        assertEquals(0, counts.outstanding(), where);
        assertEquals(0, counts.leakedAtomic(), where);
        assertEquals(orderedIn, orderedOut, where);
        for (int i = 0; i < FIRST_CANCELLED; i++) {
            for (int cpu = 0; cpu < CPUS; cpu++) {
                assertEquals(payload[cpu][i], seen[cpu][i], where + " item " + i);
            }
        }
    }
}
