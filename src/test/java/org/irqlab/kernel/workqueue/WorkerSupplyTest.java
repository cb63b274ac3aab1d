package org.irqlab.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.workqueue.setup.WorkerSettings;
import org.irqlab.kernel.workqueue.setup.WorkerSupply;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.irqlab.kernel.workqueue.setup.WorkqueueTimes;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Workers that are made, fail to be made, are rescued and end. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkerSupplyTest {
    private static final long MS = WorkMachine.MS;

    private static WorkMachine machine(int cpus, WorkqueueTimes times) {
        var workers = new WorkerSettings(1, WorkerSupply.MANAGED, times);
        return new WorkMachine(MachineSpec.unpinned(cpus).withWorkers(workers));
    }

    private static WorkqueueTimes times(long idleNs) {
        return new WorkqueueTimes(2 * MS, 5 * MS, 20 * MS, idleNs, 0, 0);
    }

    @Test
    void makesAWorkerForEveryItemThatSleeps() throws InterruptedException {
        try (var m = machine(1, times(1_000 * MS)).start()) {
            var names = List.of("a", "b", "c", "d", "e", "f");
            m.queueTogether(
                    m.workqueues.system(),
                    names.stream().map(n -> m.held(n, 0, 0)).toArray(WorkItem[]::new));
            for (String name : names) {
                m.awaitLogged(name + " sleeps");
            }
            WorkerPool pool = m.workqueues.pool(0);
            assertEquals(names.size() + 1, pool.workers().size(), "and an idle one");
            names.forEach(m::release);
            m.awaitQuiet();
            assertEquals(names.size(), m.workqueues.counts().workersMade());
        }
    }

    @Test
    void endsWorkersThatWereIdleForTooLong() throws InterruptedException {
        try (var m = machine(1, times(30 * MS)).start()) {
            var names = List.of("a", "b", "c", "d", "e", "f");
            m.queueTogether(
                    m.workqueues.system(),
                    names.stream().map(n -> m.held(n, 0, 0)).toArray(WorkItem[]::new));
            for (String name : names) {
                m.awaitLogged(name + " sleeps");
            }
            names.forEach(m::release);
            m.awaitQuiet();
            m.awaitTrue("ended", () -> m.workqueues.counts().workersEnded() == 5);
            // Its timer is armed behind the one that would end a further worker.
            var again = new DelayedWork((cpu, item) -> m.note("again ends"), 7, 0);
            m.machine.inInterrupt(
                    0,
                    cpu ->
                            m.workqueues.queueDelayed(
                                    cpu, 0, m.workqueues.system(), again, 60 * MS));
            m.awaitLogged("again ends");
            assertEquals(2, m.workqueues.pool(0).workers().size(), "two may stay");
        }
    }

    @Test
    void rescuesMemReclaimWorkWhenNoWorkerCanBeMade() throws InterruptedException {
        try (var m = machine(2, times(1_000 * MS))) {
            var reclaim = m.workqueues.create("reclaim", WorkqueueFlags.MEM_RECLAIM, 0);
            var rescued = Collections.synchronizedList(new ArrayList<String>());
            m.workqueues.failWorkerCreation(true);
            m.start();
            m.machine.inInterrupt(
                    0,
                    cpu -> {
                        for (int i = 0; i < 40; i++) {
                            WorkFunction note =
                                    (here, self) -> rescued.add(here.id() + here.current().name());
                            m.workqueues.queueOn(cpu, 1, reclaim, new WorkItem(note, i, 0));
                        }
                    });
            // The pool's only worker is making another one, in vain: I-61.
            m.awaitTrue("rescued", () -> rescued.size() == 40);
            assertEquals(Collections.nCopies(40, "1kworker/R-reclaim"), rescued);
            WorkCounts counts = m.workqueues.counts();
            assertTrue(counts.rescued() == 40 && counts.maydays() >= 1, counts::toString);
            assertTrue(counts.workersNotMade() >= 1);
        }
    }

    @Test
    void leavesOtherWorkWaitingUntilAWorkerCanBeMade() throws InterruptedException {
        try (var m = machine(1, times(1_000 * MS))) {
            m.workqueues.failWorkerCreation(true);
            m.start();
            m.queueTogether(m.workqueues.system(), m.item("w"));
            m.awaitTrue("two tries", () -> m.workqueues.counts().workersNotMade() >= 2);
            assertEquals(List.of(), m.log());
            m.workqueues.failWorkerCreation(false);
            m.awaitLogged("w ends");
            assertEquals(1, m.workqueues.counts().workersMade());
        }
    }

    @Test
    void hasRescuersTakeNoMoreThanTheirQueuesItems() throws InterruptedException {
        try (var m = machine(1, times(1_000 * MS))) {
            var reclaim = m.workqueues.create("reclaim", WorkqueueFlags.MEM_RECLAIM, 0);
            m.workqueues.failWorkerCreation(true);
            m.start();
            var other = m.item("other");
            m.queueTogether(m.workqueues.system(), other);
            m.queueTogether(reclaim, m.item("a"), m.item("b"));
            m.awaitLogged("b ends");
            assertTrue(other.pending());
            assertEquals(List.of("a starts", "a ends", "b starts", "b ends"), m.log());
            m.workqueues.failWorkerCreation(false);
            m.awaitLogged("other ends");
        }
    }
}
