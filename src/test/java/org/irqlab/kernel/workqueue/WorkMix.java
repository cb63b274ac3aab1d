package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.irqlab.kernel.workqueue.setup.AffinityScope;
import org.irqlab.kernel.workqueue.setup.WorkqueueAttributes;
import org.irqlab.base.Checks;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A random mix of everything that can be done to workqueues, by one task of each CPU, and the books
 * that it must agree with: what was queued has run or was cancelled, one run at a time.
 */
public final class WorkMix {
    private static final int ITEMS = 24;
    private static final int DELAYED = 4;
    private static final int FIRST_PID = 900;

    private final TestMachine machine;
    private final Workqueues works;
    private final int cpus;
    private final long operationsPerCpu;
    private final List<Workqueue> queues = new ArrayList<>();
    private final WorkItem[] items = new WorkItem[ITEMS];
    private final DelayedWork[] delayed = new DelayedWork[DELAYED];
    private final AtomicIntegerArray running = new AtomicIntegerArray(ITEMS + DELAYED);
    private final AtomicLong accepted = new AtomicLong();
    private final AtomicLong cancelled = new AtomicLong();
    private final AtomicLong runs = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicInteger finished = new AtomicInteger();

    public WorkMix(int cpus, long operations, long seed, MachineSpec spec) {
        this.cpus = cpus;
        operationsPerCpu = operations / cpus;
        machine = new TestMachine(spec);
        works = machine.machine().workqueues();
        makeQueues();
        for (int i = 0; i < ITEMS; i++) {
            int number = i;
            items[i] = new WorkItem((cpu, item) -> work(cpu, number), i, 0);
        }
        for (int i = 0; i < DELAYED; i++) {
            int number = ITEMS + i;
            delayed[i] = new DelayedWork((cpu, item) -> work(cpu, number), number, 0);
        }
        for (int cpu = 0; cpu < cpus; cpu++) {
            var random = new Random(seed * 31 + cpu);
            var task =
                    new Task.TaskSpec("driver/" + cpu, FIRST_PID + cpu, TaskPolicy.NORMAL, true);
            machine.task(cpu, task, self -> drive(self, random));
        }
    }

    private void makeQueues() {
        queues.add(works.create("one", WorkqueueFlags.PER_CPU, 1));
        queues.add(works.create("more", WorkqueueFlags.PER_CPU, 3));
        queues.add(works.create("ordered", WorkqueueFlags.ORDERED, 0));
        queues.add(works.create("unbound", WorkqueueFlags.UNBOUND, 2));
        var parts = new WorkqueueAttributes(0, CpuMask.first(cpus), AffinityScope.CPU);
        queues.add(works.create("parts", WorkqueueFlags.UNBOUND, parts, 2));
        queues.add(works.create("reclaim", WorkqueueFlags.MEM_RECLAIM, 2));
        queues.add(works.create("intensive", WorkqueueFlags.CPU_INTENSIVE, 0));
        queues.add(works.systemBh());
    }

    private Workqueue queueOf(int number) {
        return queues.get(number % queues.size());
    }

    private void work(KernelCpu cpu, int number) {
        Checks.invariant(running.getAndSet(number, 1) == 0, "I-50: item " + number);
        long run = runs.incrementAndGet();
        Workqueue queue = queueOf(number);
        boolean maySleep = !queue.flags().bh();
        cpu.burn(run % 5 * 100);
        if (run % 13 == 2 && maySleep) {
            machine.sleep(cpu.current(), 20_000);
        } else if (run % 7 == 4) {
            KernelCpu here = maySleep ? cpu.current().cpu() : cpu;
            WorkItem other = items[number % ITEMS];
            if (works.queueWork(here, queue, other)) {
                accepted.incrementAndGet();
            }
        }
        running.set(number, 0);
    }

    private void drive(Task self, Random random) {
        for (long i = 0; i < operationsPerCpu; i++) {
            step(self, random);
            done.incrementAndGet();
        }
        finished.incrementAndGet();
    }

    private void step(Task self, Random random) {
        int number = random.nextInt(ITEMS);
        WorkItem item = items[number];
        KernelCpu cpu = self.cpu();
        switch (random.nextInt(200)) {
            case 0, 1 -> works.flush(self, item);
            case 2, 3 -> count(works.cancelSync(self, item));
            case 4, 5 -> count(works.cancel(cpu, item));
            case 6 -> {
                count(works.disable(cpu, item));
                cpu.burn(500);
                works.enable(self.cpu(), item);
            }
            case 7 -> {
                count(works.disableSync(self, item));
                works.enable(self.cpu(), item);
            }
            case 8 -> works.control().setMaxActive(cpu, queues.get(1), 1 + random.nextInt(4));
            case 9 -> works.control().setMaxActive(cpu, queues.get(4), 1 + random.nextInt(4));
            case 10 -> works.control().flush(self, queueOf(number));
            case 11 -> machine.sleep(self, 30_000);
            case 12, 13, 14 -> delayedStep(self, random);
            default -> queue(cpu, number, random);
        }
    }

    private void queue(KernelCpu cpu, int number, Random random) {
        int wanted = random.nextInt(3) == 0 ? random.nextInt(cpus) : Workqueues.ANY_CPU;
        if (works.queueOn(cpu, wanted, queueOf(number), items[number])) {
            accepted.incrementAndGet();
        }
        if (random.nextInt(4) == 0) {
            cpu.burn(random.nextInt(2_000));
        }
    }

    private void delayedStep(Task self, Random random) {
        int which = random.nextInt(DELAYED);
        Workqueue queue = queueOf(ITEMS + which);
        long delayNs = random.nextInt(3) * 20_000L;
        if (random.nextBoolean()) {
            works.queueDelayed(self.cpu(), Workqueues.ANY_CPU, queue, delayed[which], delayNs);
        } else {
            works.flushDelayed(self, delayed[which]);
        }
    }

    private void count(boolean wasPending) {
        if (wasPending) {
            cancelled.incrementAndGet();
        }
    }

    /**
     * Runs the mix to its end.
     *
     * @throws AssertionError if the books do not agree
     */
    public WorkCounts run(long limitMillis) throws InterruptedException {
        try (machine) {
            machine.start();
            long left = limitMillis;
            while (finished.get() < cpus || !quiet()) {
                if (machine.machine().smp().failure() != null) {
                    throw new AssertionError("failed", machine.machine().smp().failure());
                }
                if (left-- == 0) {
                    throw new AssertionError(
                            "not done: " + done + " operations, " + works.counts());
                }
                Thread.sleep(1);
            }
            machine.inInterrupt(0, this::checkNothingInFlight);
        }
        WorkCounts counts = works.counts();
        check(counts.outstanding() == 0, "outstanding " + counts);
        check(counts.ran() == runs.get(), "runs " + runs + " but " + counts);
        check(counts.cancelled() == cancelled.get(), "cancelled " + cancelled + " but " + counts);
        check(counts.queued() >= accepted.get(), "queued " + accepted + " but " + counts);
        check(counts.leakedAtomic() == 0, "leaked " + counts);
        return counts;
    }

    private boolean quiet() {
        WorkCounts before = works.counts();
        boolean waits = false;
        for (DelayedWork each : delayed) {
            waits |= each.item().pending();
        }
        return !waits && before.outstanding() == 0 && before.equals(works.counts());
    }

    private void checkNothingInFlight(KernelCpu cpu) {
        for (Workqueue queue : queues) {
            check(works.control().nothingInFlight(queue, cpu), "I-60: " + queue.name());
        }
    }

    private static void check(boolean holds, String what) {
        if (!holds) {
            throw new AssertionError(what);
        }
    }
}
