package org.irqlab.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.path.PathModel;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

/** A machine with workqueues, and a log of what its work items did. */
final class WorkMachine implements AutoCloseable {
    static final long MS = 1_000_000;

    final TestMachine machine;
    final Workqueues workqueues;
    private final List<String> log = new ArrayList<>();
    private final Map<String, Hold> holds = new HashMap<>();
    private int nextItem;
    private int nextTask;

    WorkMachine(int cpus, int workers) {
        this(cpus, workers, PathModel.NONE);
    }

    WorkMachine(int cpus, int workers, PathModel paths) {
        this(MachineSpec.unpinned(cpus).withWorkersPerPool(workers).withPaths(cpu -> paths));
    }

    WorkMachine(MachineSpec spec) {
        machine = new TestMachine(spec);
        workqueues = machine.machine().workqueues();
    }

    WorkMachine start() {
        machine.start();
        return this;
    }

    /** Adds a task that runs {@code body} once; returns what opens after it. Before the start. */
    CountDownLatch task(int cpu, Consumer<Task> body) {
        var done = new CountDownLatch(1);
        machine.kernelThread(
                cpu,
                "driver/" + nextTask++,
                TaskPolicy.NORMAL,
                self -> {
                    body.accept(self);
                    done.countDown();
                });
        return done;
    }

    void await(CountDownLatch done) throws InterruptedException {
        awaitTrue("task done", () -> done.getCount() == 0);
    }

    /** An item that logs its start and its end around {@code body}. */
    WorkItem item(String name, WorkFunction body) {
        return new WorkItem(
                (cpu, item) -> {
                    note(name + " starts");
                    body.run(cpu, item);
                    note(name + " ends");
                },
                nextItem++,
                name.hashCode());
    }

    WorkItem item(String name) {
        return item(name, (cpu, item) -> {});
    }

    WorkItem burning(String name, int burnMs) {
        return item(name, (cpu, item) -> cpu.burn(burnMs * MS));
    }

    /** An item that burns, sleeps until {@link #release}, and burns again. */
    WorkItem held(String name, long burnNs, long burnAgainNs) {
        var hold = new Hold();
        holds.put(name, hold);
        return item(
                name,
                (cpu, item) -> {
                    cpu.burn(burnNs);
                    Task self = cpu.current();
                    note(name + " sleeps");
                    hold.await(self);
                    note(name + " wakes");
                    self.cpu().burn(burnAgainNs);
                });
    }

    /** Lets the item of this name go on, by an interrupt of CPU 0. */
    void release(String name) {
        machine.inInterrupt(0, cpu -> holds.get(name).open(cpu));
    }

    void awaitLogged(String what) throws InterruptedException {
        awaitTrue(what, () -> log().contains(what));
    }

    private static final class Hold {
        private volatile boolean open;
        private volatile Task sleeper;

        void await(Task self) {
            sleeper = self;
            while (true) {
                self.prepareToSleep('S');
                if (open) {
                    self.finishSleep();
                    open = false;
                    return;
                }
                self.cpu().scheduler().schedule();
            }
        }

        void open(KernelCpu cpu) {
            open = true;
            if (sleeper != null) {
                cpu.scheduler().wake(sleeper);
            }
        }
    }

    synchronized void note(String what) {
        log.add(what);
        notifyAll();
    }

    synchronized List<String> log() {
        return List.copyOf(log);
    }

    synchronized void clearLog() {
        log.clear();
    }

    /** Queues the items at once, in one interrupt of CPU 0. */
    void queueTogether(Workqueue queue, WorkItem... items) {
        machine.inInterrupt(
                0,
                cpu -> {
                    for (WorkItem item : items) {
                        workqueues.queueWork(cpu, queue, item);
                    }
                });
    }

    /** Waits until everything that was queued has run. */
    void awaitQuiet() throws InterruptedException {
        awaitTrue("all work run", this::quiet);
    }

    /** The counts only grow: where two readings agree, they were exact in between. */
    private boolean quiet() {
        WorkCounts before = workqueues.counts();
        return before.outstanding() == 0 && before.equals(workqueues.counts());
    }

    /** Waits until every CPU is idle: whoever was to run has run, and all others sleep. */
    void awaitIdle() throws InterruptedException {
        awaitTrue("idle", this::idle);
    }

    /** Twice: what one CPU woke on another between two looks runs at the second round. */
    private boolean idle() {
        var busy = new AtomicInteger();
        for (int look = 0; look < 2 * machine.machine().cpus(); look++) {
            machine.inInterrupt(
                    look % machine.machine().cpus(),
                    cpu -> busy.addAndGet(cpu.current().pid() == 0 ? 0 : 1));
        }
        return busy.get() == 0;
    }

    void awaitTrue(String what, BooleanSupplier condition) throws InterruptedException {
        long deadlineNs = HostClock.nowNs() + TimeUnit.SECONDS.toNanos(20);
        while (!condition.getAsBoolean()) {
            assertNull(machine.machine().smp().failure());
            assertTrue(HostClock.nowNs() < deadlineNs, () -> "in time: " + what + " " + log());
            Thread.sleep(1);
        }
    }

    @Override
    public void close() {
        machine.close();
    }
}
