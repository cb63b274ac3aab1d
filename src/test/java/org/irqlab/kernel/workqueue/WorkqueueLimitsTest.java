package org.irqlab.kernel.workqueue;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.workqueue.setup.AffinityScope;
import org.irqlab.kernel.workqueue.setup.WorkqueueAttributes;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlag;
import org.irqlab.kernel.workqueue.setup.WorkqueueFlags;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.TimeUnit;

/** How many items of a queue run at once, and how that changes while the machine runs. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class WorkqueueLimitsTest {
    private static long started(WorkMachine m) {
        return m.log().stream().filter(line -> line.endsWith("sleeps")).count();
    }

    private static void awaitStarted(WorkMachine m, int count) throws InterruptedException {
        m.awaitTrue(count + " started", () -> started(m) == count);
        // Whoever is to run has run by then.
        m.awaitIdle();
        assertEquals(count, started(m), () -> m.log().toString());
    }

    private static void onCpu(WorkMachine m, java.util.function.Consumer<KernelCpu> work) {
        m.machine.inInterrupt(0, work);
    }

    @Test
    void activatesWhatAHigherLimitHasRoomFor() throws InterruptedException {
        try (var m = new WorkMachine(1, 6)) {
            var queue = m.workqueues.create("q", WorkqueueFlags.PER_CPU, 1);
            m.start();
            var items = List.of("a", "b", "c", "d").stream().map(n -> m.held(n, 0, 0)).toList();
            m.queueTogether(queue, items.toArray(WorkItem[]::new));
            awaitStarted(m, 1);
            onCpu(m, cpu -> m.workqueues.control().setMaxActive(cpu, queue, 3));
            awaitStarted(m, 3);
            onCpu(m, cpu -> m.workqueues.control().setMaxActive(cpu, queue, 1));
            m.release("a");
            awaitStarted(m, 3);
            m.release("b");
            m.release("c");
            awaitStarted(m, 4);
            m.release("d");
            m.awaitQuiet();
        }
    }

    @Test
    void sharesTheLimitOfAnUnboundQueueAmongItsPools() throws InterruptedException {
        try (var m = new WorkMachine(2, 4)) {
            var attributes = new WorkqueueAttributes(0, CpuMask.first(2), AffinityScope.CPU);
            var queue = m.workqueues.create("u", WorkqueueFlags.UNBOUND, attributes, 2);
            assertEquals(2, queue.links().size());
            m.start();
            var names = List.of("a", "b", "c", "d");
            var items = names.stream().map(n -> m.held(n, 0, 0)).toList();
            onCpu(
                    m,
                    cpu -> {
                        for (int i = 0; i < items.size(); i++) {
                            m.workqueues.queueOn(cpu, i % 2, queue, items.get(i));
                        }
                    });
            awaitStarted(m, 2);
            // Its room goes to an item of the other pool first, or to the next one of its own.
            m.release("a");
            awaitStarted(m, 3);
            m.release("b");
            awaitStarted(m, 4);
            m.release("c");
            m.release("d");
            m.awaitQuiet();
            onCpu(m, cpu -> assertTrue(m.workqueues.control().nothingInFlight(queue, cpu)));
        }
    }

    @Test
    void reportsALimitThatItClampsAndOneThatCannotBeSet() throws InterruptedException {
        try (var m = new WorkMachine(1, 1)) {
            var log = m.machine.machine().smp().log();
            var queue = m.workqueues.create("q", WorkqueueFlags.PER_CPU, 513);
            assertEquals(512, queue.maxActive());
            assertEquals(1, log.count(ReportKind.WORKQUEUE_MISUSE));
            var ordered = m.workqueues.create("o", WorkqueueFlags.ORDERED, 0);
            m.start();
            onCpu(
                    m,
                    cpu -> {
                        m.workqueues.control().setMaxActive(cpu, ordered, 2);
                        m.workqueues.control().setMaxActive(cpu, m.workqueues.systemBh(), 2);
                        m.workqueues.control().setMaxActive(cpu, queue, 0);
                    });
            assertEquals(1, ordered.maxActive());
            assertEquals(1, queue.maxActive());
            assertEquals(4, log.count(ReportKind.WORKQUEUE_MISUSE));
        }
    }

    @Test
    void startsNothingOfAFreezableQueueWhileFrozen() throws InterruptedException {
        try (var m = new WorkMachine(1, 4)) {
            var freezable = m.workqueues.create("f", WorkqueueFlags.of(WorkqueueFlag.FREEZABLE), 0);
            var unbound =
                    m.workqueues.create(
                            "u", WorkqueueFlags.UNBOUND.with(WorkqueueFlag.FREEZABLE), 0);
            m.start();
            var control = m.workqueues.control();
            m.queueTogether(freezable, m.held("a", 0, 0));
            m.awaitLogged("a sleeps");
            onCpu(
                    m,
                    cpu -> {
                        control.freeze(cpu);
                        assertTrue(control.freezeBusy(cpu));
                    });
            m.queueTogether(freezable, m.held("b", 0, 0));
            m.queueTogether(unbound, m.held("c", 0, 0));
            m.release("a");
            m.awaitLogged("a ends");
            m.awaitTrue("frozen", () -> !busy(m));
            awaitStarted(m, 1);
            onCpu(m, control::thaw);
            awaitStarted(m, 3);
            m.release("b");
            m.release("c");
            m.awaitQuiet();
        }
    }

    private static boolean busy(WorkMachine m) {
        var busy = new boolean[1];
        onCpu(m, cpu -> busy[0] = m.workqueues.control().freezeBusy(cpu));
        return busy[0];
    }

    /** What waited for room when the queue froze, and was cancelled, must not bar later items. */
    @Test
    void forgetsAWaitThatWasCancelledWhileFrozen() throws InterruptedException {
        try (var m = new WorkMachine(1, 4)) {
            var flags = WorkqueueFlags.UNBOUND.with(WorkqueueFlag.FREEZABLE);
            var queue = m.workqueues.create("u", flags, 0);
            m.start();
            var item = m.item("a");
            onCpu(m, m.workqueues.control()::freeze);
            m.queueTogether(queue, item);
            onCpu(m, cpu -> assertTrue(m.workqueues.cancel(cpu, item)));
            onCpu(m, m.workqueues.control()::thaw);
            m.queueTogether(queue, item);
            m.awaitLogged("a ends");
            assertFalse(item.pending());
        }
    }
}
