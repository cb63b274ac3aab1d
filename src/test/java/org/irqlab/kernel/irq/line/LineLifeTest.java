package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.Checks;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.HandlerGate;
import org.irqlab.support.TestDevice;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/** Disables, synchronises and frees of lines whose interrupts go on; I-30 to I-34, I-39. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LineLifeTest {
    private final TestMachine m = new TestMachine(2);
    private final TestDevice device = new TestDevice(m.machine(), 1);
    private final IrqDescriptor line = device.line(45, 0, 0);
    private final AtomicInteger inHandler = new AtomicInteger();
    private final AtomicInteger inThread = new AtomicInteger();
    private final AtomicInteger tops = new AtomicInteger();
    private final AtomicInteger threads = new AtomicInteger();
    private final AtomicLong fired = new AtomicLong();
    private final AtomicLong seen = new AtomicLong();
    private final AtomicBoolean off = new AtomicBoolean();
    private final AtomicBoolean over = new AtomicBoolean();

    private IrqRequest both(int pid) {
        return IrqRequest.threaded("nic0", this::top, this::thread, pid);
    }

    private IrqReturn top(KernelCpu cpu) {
        Checks.invariant(inHandler.getAndIncrement() == 0, "I-30: overlap");
        Checks.invariant(!off.get(), "I-31: handler of a line that is off");
        seen.set(fired.get());
        tops.incrementAndGet();
        cpu.burn(500);
        inHandler.decrementAndGet();
        return IrqReturn.WAKE_THREAD;
    }

    private IrqReturn thread(KernelCpu cpu) {
        Checks.invariant(inThread.getAndIncrement() == 0, "I-33: the thread overlaps itself");
        Checks.invariant(!off.get(), "I-34: thread of a line that is off");
        threads.incrementAndGet();
        cpu.burn(500);
        inThread.decrementAndGet();
        return IrqReturn.HANDLED;
    }

    /** Fires until {@code task} on CPU 1 is through; then waits until everything is served. */
    private void flood(Runnable atEnd) {
        try (m) {
            m.start();
            while (!over.get()) {
                fired.incrementAndGet();
                device.fire(0);
                Thread.yield();
                assertEquals(null, m.machine().smp().failure());
            }
            fired.incrementAndGet();
            device.fire(0);
            Threads.await("served", () -> seen.get() == fired.get());
            Threads.await("threads", () -> line.threads.idle());
            atEnd.run();
        }
        TestLines.assertConserved(line);
        assertEquals(tops.get(), line.counts().handlerRuns(), "I-39");
        assertTrue(threads.get() > 0 && threads.get() <= tops.get(), threads + " of " + tops);
        assertEquals(0, device.counts().dropped());
    }

    @Test
    void neitherRunsAHandlerNorAThreadWhileItIsDisabled() {
        TestLines.request(line, both(400), m.cpu(0));
        m.kernelThread(
                1,
                "switcher",
                TaskPolicy.NORMAL,
                self -> {
                    for (int i = 0; i < 400; i++) {
                        line.disable(self.cpu());
                        off.set(true);
                        do {
                            self.cpu().burn(3_000);
                            // Now and then until one has come: the device may not run for a while.
                        } while (i % 40 == 0 && !line.isPending());
                        off.set(false);
                        line.enable(self.cpu());
                        self.cpu().burn(3_000);
                    }
                    over.set(true);
                });
        flood(() -> assertFalse(line.isDisabled() || line.isMasked()));
        assertTrue(line.counts().remembered() > 0, "an interrupt came while it was off");
    }

    @Test
    void freesAndRequestsWhileItInterrupts() {
        var action = new IrqAction[] {TestLines.request(line, both(400), m.cpu(0))};
        m.kernelThread(
                1,
                "driver",
                TaskPolicy.NORMAL,
                self -> {
                    for (int i = 0; i < 100; i++) {
                        IrqAction freed = IrqRequests.free(line, null, self.cpu());
                        off.set(true);
                        Checks.invariant(freed == action[0], "another handler");
                        self.cpu().burn(3_000);
                        off.set(false);
                        action[0] = TestLines.request(line, both(401 + i), self.cpu());
                        self.cpu().burn(20_000);
                    }
                    over.set(true);
                });
        flood(() -> assertEquals(0, line.depth()));
    }

    /** A driver on CPU 1 that does {@code what} once the handler is at the gate. */
    private AtomicBoolean driver(HandlerGate gate, Consumer<KernelCpu> what) {
        var done = new AtomicBoolean();
        m.kernelThread(
                1,
                "driver",
                TaskPolicy.NORMAL,
                self -> {
                    gate.awaitRuns(1);
                    what.accept(self.cpu());
                    done.set(true);
                });
        return done;
    }

    @Test
    void waitsInFreeForTheHandlerAndTheThreadThatRun() {
        var gate = HandlerGate.closed();
        var request = IrqRequest.threaded("nic0", null, gate.handler(), 400);
        IrqAction action = TestLines.request(line, request, m.cpu(0));
        var freed = driver(gate, cpu -> IrqRequests.free(line, null, cpu));
        try (m) {
            m.start();
            device.fire(0);
            gate.awaitRuns(1);
            m.inInterrupt(1, cpu -> assertFalse(freed.get()));
            gate.letAllThrough();
            Threads.await("freed", freed::get);
            Threads.await("thread gone", () -> !action.thread().task().thread().isAlive());
            assertFalse(line.isActivated());
            assertEquals(0, m.machine().irqs().vectors().allocated(0));
        }
    }

    @Test
    void waitsInFreeForTheHardHandlerThatRuns() {
        var gate = HandlerGate.closed();
        TestLines.request(line, IrqRequest.of("nic0", gate.handler()), m.cpu(0));
        var freed = driver(gate, cpu -> IrqRequests.free(line, null, cpu));
        try (m) {
            m.start();
            device.fire(0);
            Threads.await("taken off the line", () -> line.action() == null);
            try {
                for (int i = 0; i < 20; i++) {
                    m.inInterrupt(1, cpu -> assertFalse(freed.get(), "the handler still runs"));
                }
            } finally {
                gate.letAllThrough();
            }
            Threads.await("freed", freed::get);
        }
        assertFalse(line.isActivated());
    }

    @Test
    void remembersWhatComesWhileADisableIsInFlight() {
        var gate = HandlerGate.closed();
        TestLines.request(line, IrqRequest.of("nic0", gate.handler()), m.cpu(0));
        var disabled = driver(gate, line::disable);
        try (m) {
            m.start();
            device.fire(0);
            Threads.await("depth", () -> line.depth() == 1);
            m.inInterrupt(1, cpu -> assertFalse(disabled.get(), "the handler still runs"));
            device.fire(0);
            gate.letAllThrough();
            Threads.await("disabled", disabled::get);
            m.inInterrupt(0, cpu -> assertEquals(1, gate.runs()));
            m.inInterrupt(0, line::enable);
            gate.awaitRuns(2);
        }
    }
}
