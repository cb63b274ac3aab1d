package org.irqlab.kernel.softirq;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Drivers on several CPUs that raise vectors, and schedule, disable and kill tasklets that they
 * share, at random; afterwards everything must be accounted for.
 *
 * <p>Half of the tasklets are disabled now and then, the others killed: a kill of one that somebody
 * else has disabled would wait for that.
 */
public final class BottomHalfMix {
    private static final int TASKLETS = 8;
    private static final long TICK_NS = 1_000_000;
    private static final SoftirqVector[] VECTORS = {
        SoftirqVector.NET_TX, SoftirqVector.BLOCK, SoftirqVector.HRTIMER
    };

    private final int cpus;
    private final long operationsPerCpu;
    private final long seed;
    private final TestMachine m;
    private final Shared[] tasklets = new Shared[TASKLETS];
    private final AtomicInteger finished = new AtomicInteger();
    private final AtomicInteger disabledNow = new AtomicInteger();
    private final long[] kills;

    /** A tasklet, and what its drivers and its runs know of each other. */
    private final class Shared {
        final boolean high;
        final Tasklet tasklet;
        // By CPU: the driver's last schedule, and what the last run saw of it.
        final long[] written = new long[cpus * 16];
        final long[] seen = new long[cpus * 16];
        final AtomicInteger inside = new AtomicInteger();
        int overlaps;

        Shared(int number) {
            high = number % 2 == 0;
            tasklet = new Tasklet(this::run, number, 0);
        }

        private void run(KernelCpu cpu) {
            if (inside.getAndIncrement() > 0) {
                overlaps++;
            }
            System.arraycopy(written, 0, seen, 0, written.length);
            inside.getAndDecrement();
        }
    }

    public BottomHalfMix(int cpus, long operations, long seed) {
        this.cpus = cpus;
        this.seed = seed;
        operationsPerCpu = operations / cpus;
        kills = new long[cpus];
        m = new TestMachine(MachineSpec.unpinned(cpus).withWorkersPerPool(1));
        for (int number = 0; number < TASKLETS; number++) {
            tasklets[number] = new Shared(number);
        }
        for (SoftirqVector vector : VECTORS) {
            m.machine().setSoftirqAction(vector, cpu -> {});
        }
        for (int cpu = 0; cpu < cpus; cpu++) {
            m.kernelThread(cpu, "driver/" + cpu, TaskPolicy.NORMAL, this::drive);
            // Without a tick nobody would take the CPU from a ksoftirqd that spins.
            m.machine().timer(cpu).armPeriodic(HostClock.nowNs() + TICK_NS, TICK_NS);
        }
    }

    private void drive(Task self) {
        int me = self.cpu().id();
        var random = new SplittableRandom(seed + me);
        int disabled = -1;
        for (long i = 1; i <= operationsPerCpu; i++) {
            int number = random.nextInt(TASKLETS);
            switch (random.nextInt(16)) {
                case 0, 1, 2, 3, 4, 5 -> schedule(self.cpu(), tasklets[number], i);
                case 6, 7, 8, 9, 10, 11 -> raise(self.cpu(), random.nextInt(VECTORS.length));
                case 12 -> disabled = disableOrEnable(self, disabled, number / 2);
                case 13 -> kill(self, tasklets[TASKLETS / 2 + number / 2]);
                case 14 -> reschedule(self.cpu());
                default -> self.cpu().hw().poll();
            }
        }
        if (disabled >= 0) {
            tasklets[disabled].tasklet.enable();
        }
        finished.getAndIncrement();
    }

    /** Not while one is disabled: a ksoftirqd that spins for it would keep the CPU for a tick. */
    private void reschedule(KernelCpu cpu) {
        if (disabledNow.get() == 0) {
            cpu.scheduler().reschedulePoint();
        }
    }

    private void schedule(KernelCpu cpu, Shared shared, long operation) {
        shared.written[cpu.id() * 16] = operation;
        // As a task does that wants it soon: the end of the section runs it.
        cpu.bhDisable();
        var lists =
                shared.high ? m.machine().highTasklets(cpu.id()) : m.machine().tasklets(cpu.id());
        lists.schedule(shared.tasklet);
        cpu.bhEnable();
    }

    private void raise(KernelCpu cpu, int vector) {
        cpu.bhDisable();
        m.machine().softirqs(cpu.id()).raise(VECTORS[vector]);
        cpu.bhEnable();
    }

    private int disableOrEnable(Task self, int disabled, int number) {
        if (disabled >= 0) {
            tasklets[disabled].tasklet.enable();
            disabledNow.getAndDecrement();
            return -1;
        }
        disabledNow.getAndIncrement();
        m.machine().taskletControl().disable(tasklets[number].tasklet, self.cpu());
        return number;
    }

    private void kill(Task self, Shared shared) {
        m.machine().taskletControl().kill(shared.tasklet, self.cpu());
        kills[self.cpu().id()]++;
    }

    /** Runs it to the end; returns what does not add up. */
    public List<String> run() {
        var problems = new ArrayList<String>();
        try (m) {
            m.start();
            while (finished.get() < cpus || !quiet()) {
                if (m.machine().smp().failure() != null || Thread.interrupted()) {
                    problems.add("did not come to an end");
                    break;
                }
                Thread.onSpinWait();
                Thread.yield();
            }
        }
        check(problems);
        return problems;
    }

    private boolean quiet() {
        for (Shared shared : tasklets) {
            if (shared.tasklet.scheduled() || shared.tasklet.running()) {
                return false;
            }
        }
        return true;
    }

    private void check(List<String> problems) {
        long scheduled = 0;
        long ran = 0;
        for (int cpu = 0; cpu < cpus; cpu++) {
            for (var lists : List.of(m.machine().tasklets(cpu), m.machine().highTasklets(cpu))) {
                scheduled += lists.scheduled();
                ran += lists.ran();
            }
            checkVectors(m.machine().softirqs(cpu), problems);
        }
        if (scheduled != ran) {
            problems.add("tasklets scheduled=" + scheduled + " ran=" + ran);
        }
        for (int number = 0; number < TASKLETS; number++) {
            if (tasklets[number].overlaps > 0) {
                problems.add("tasklet " + number + " overlapped itself");
            }
            // A kill swallows what is scheduled while it has the tasklet.
            for (int cpu = 0; cpu < cpus && number < TASKLETS / 2; cpu++) {
                long last = tasklets[number].written[cpu * 16];
                if (tasklets[number].seen[cpu * 16] != last) {
                    problems.add("tasklet %d: schedule %d of CPU %d".formatted(number, last, cpu));
                }
            }
        }
    }

    private static void checkVectors(Softirqs softirqs, List<String> problems) {
        SoftirqCounts counts = softirqs.counts();
        for (SoftirqVector vector : SoftirqVector.values()) {
            long pending = softirqs.pending(vector) ? 1 : 0;
            long served = counts.ran(vector) + counts.merged(vector) + pending;
            if (counts.raised(vector) != served) {
                problems.add(vector + " raised=" + counts.raised(vector) + " served=" + served);
            }
            if (softirqs.ages().of(vector).count() != counts.ran(vector)) {
                problems.add(vector + " has ages of another number of runs");
            }
        }
    }

    /** Returns what happened, after the run. */
    public String summary() {
        long scheduled = 0;
        long coalesced = 0;
        long spins = 0;
        long raised = 0;
        long killed = 0;
        for (int cpu = 0; cpu < cpus; cpu++) {
            for (var lists : List.of(m.machine().tasklets(cpu), m.machine().highTasklets(cpu))) {
                scheduled += lists.scheduled();
                coalesced += lists.coalesced();
                spins += lists.disabledSpins() + lists.elsewhereSpins();
            }
            for (SoftirqVector vector : SoftirqVector.values()) {
                raised += m.machine().softirqs(cpu).raised(vector);
            }
            killed += kills[cpu];
        }
        return "raised=%d scheduled=%d coalesced=%d spins=%d kills=%d"
                .formatted(raised, scheduled, coalesced, spins, killed);
    }

    /** Returns the ages of all CPUs as a table, after the run. */
    public String ages() {
        var all = new ArrayList<Softirqs>();
        for (int cpu = 0; cpu < cpus; cpu++) {
            all.add(m.machine().softirqs(cpu));
        }
        return SoftirqsText.ages(all);
    }
}
