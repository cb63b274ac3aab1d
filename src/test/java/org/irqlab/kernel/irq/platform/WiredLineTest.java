package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.IrqRequests;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.kernel.irq.platform.WiredMachine.Platform;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Lines of wired inputs: the same drivers above an I/O APIC and above a GIC. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WiredLineTest {
    /** How many unclaimed interrupts shut a line off, about. */
    private static final int SPURIOUS_WINDOW = 100_000;

    private final AtomicInteger runs = new AtomicInteger();

    private IrqRequest serving(LevelDevice device) {
        return IrqRequest.of(
                        "dev",
                        cpu -> {
                            runs.incrementAndGet();
                            return device.serve();
                        })
                .withFlags(IrqFlag.SHARED)
                .withDevice(device);
    }

    private IrqRequest counting() {
        return IrqRequest.of(
                "edge",
                cpu -> {
                    runs.incrementAndGet();
                    return IrqReturn.HANDLED;
                });
    }

    private void awaitRuns(int count) {
        Threads.await(count + " runs", () -> runs.get() >= count);
    }

    @ParameterizedTest
    @EnumSource
    void interruptsAgainUntilTheDeviceIsQuiet(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.levelWire(5);
        var device = new LevelDevice(wire);
        IrqDescriptor line = w.line(5, wire);
        TestLines.request(line, serving(device), w.cpu(0));
        try (w) {
            w.start();
            device.post(5);
            awaitRuns(5);
            w.settle();
        }
        assertEquals(5, runs.get());
        assertEquals(5, line.counts().byCpu(0));
        assertEquals(0, line.counts().unhandled());
        assertFalse(wire.active() || w.inputs().inFlight((int) line.binding().hwirq()));
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void asksEveryoneOnASharedLine(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.levelWire(5);
        var quiet = new LevelDevice(wire);
        var busy = new LevelDevice(wire);
        IrqDescriptor line = w.line(5, wire);
        TestLines.request(line, serving(quiet), w.cpu(0));
        TestLines.request(line, serving(busy), w.cpu(0));
        try (w) {
            w.start();
            busy.post(3);
            Threads.await("served", () -> busy.served() == 3);
            w.settle();
            assertEquals(3, line.counts().byCpu(0), "quiet said NONE, busy HANDLED");
            assertEquals(0, line.counts().unhandled());
            quiet.post(2);
            busy.post(1);
            Threads.await("both", () -> quiet.served() == 2 && busy.served() == 4);
            w.settle();
        }
        assertFalse(wire.active());
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void staysMaskedUntilTheThreadOfAOneshotLineIsDone(Platform platform) {
        var w = new WiredMachine(platform, 2);
        var wire = w.levelWire(5);
        var device = new LevelDevice(wire);
        IrqDescriptor line = w.line(5, wire);
        var gate = new AtomicInteger();
        IrqHandler function =
                cpu -> {
                    int turn = runs.incrementAndGet();
                    while (gate.get() < turn) {
                        cpu.burn(1_000);
                    }
                    return device.serve();
                };
        var request = IrqRequest.threaded("dev", null, function, 500).withFlags(IrqFlag.ONESHOT);
        TestLines.request(line, request, w.cpu(0));
        try (w) {
            w.start();
            device.post(2);
            awaitRuns(1);
            w.settle();
            w.m.inInterrupt(1, cpu -> assertTrue(line.isMasked()));
            assertTrue(wire.active());
            assertEquals(1, line.counts().ran(), "the level is high, and held back");
            gate.set(1);
            awaitRuns(2);
            assertEquals(2, line.counts().ran(), "what the thread left");
            gate.set(2);
            Threads.await("unmasked", () -> !line.isMasked());
            w.settle();
        }
        assertEquals(2, line.counts().ran());
        assertEquals(2, device.served());
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void handlesEdgesDuringTheHandlerOnceMore(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.edgeWire(7);
        var pull = wire.connect();
        IrqDescriptor line = w.line(7, wire);
        IrqHandler handler =
                cpu -> {
                    if (runs.getAndIncrement() == 0) {
                        WiredMachine.pulse(pull);
                        WiredMachine.pulse(pull);
                    }
                    return IrqReturn.HANDLED;
                };
        TestLines.request(line, IrqRequest.of("edge", handler), w.cpu(0));
        try (w) {
            w.start();
            WiredMachine.pulse(pull);
            awaitRuns(2);
            w.settle();
        }
        assertEquals(2, runs.get());
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void deliversALevelThatIsHighWhenItIsEnabled(Platform platform) {
        var w = new WiredMachine(platform, 2);
        var wire = w.levelWire(5);
        var device = new LevelDevice(wire);
        IrqDescriptor line = w.line(5, wire);
        TestLines.request(line, serving(device), w.cpu(0));
        try (w) {
            w.start();
            w.m.inInterrupt(1, line::disableNoSync);
            assertFalse(line.isMasked(), "lazily");
            device.post(1);
            Threads.await("masked by the interrupt that came", line::isMasked);
            w.settle();
            assertEquals(0, runs.get());
            assertEquals(1, line.counts().remembered());
            w.m.inInterrupt(1, line::enable);
            awaitRuns(1);
            w.settle();
        }
        assertEquals(1, runs.get());
        assertEquals(0, line.counts().resent(), "I-13: the device sends it again, not software");
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void saysNothingOfALevelThatIsGoneWhenItIsEnabled(Platform platform) {
        var w = new WiredMachine(platform, 2);
        var wire = w.levelWire(5);
        var device = new LevelDevice(wire);
        IrqDescriptor line = w.line(5, wire);
        TestLines.request(line, serving(device), w.cpu(0));
        try (w) {
            w.start();
            w.m.inInterrupt(1, line::disableNoSync);
            device.post(1);
            Threads.await("masked", line::isMasked);
            w.settle();
            device.serve();
            w.m.inInterrupt(1, line::enable);
            w.settle();
        }
        assertEquals(0, runs.get());
    }

    @ParameterizedTest
    @EnumSource
    void remembersAnEdgeThatCameWhileDisabled(Platform platform) {
        var w = new WiredMachine(platform, 2);
        var wire = w.edgeWire(7);
        var pull = wire.connect();
        IrqDescriptor line = w.line(7, wire);
        TestLines.request(line, counting(), w.cpu(0));
        try (w) {
            w.start();
            w.m.inInterrupt(1, line::disableNoSync);
            WiredMachine.pulse(pull);
            Threads.await("masked", line::isMasked);
            w.settle();
            assertTrue(runs.get() == 0 && line.isPending());
            w.m.inInterrupt(1, line::enable);
            awaitRuns(1);
            w.settle();
        }
        assertEquals(1, runs.get());
        assertEquals(1, line.counts().resent());
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void goesOnAfterAHandlerThatThrows(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.levelWire(5);
        var device = new LevelDevice(wire);
        IrqDescriptor line = w.line(5, wire);
        IrqHandler handler =
                cpu -> {
                    if (runs.incrementAndGet() <= 2) {
                        throw new IllegalArgumentException("a driver's mistake");
                    }
                    return device.serve();
                };
        TestLines.request(line, IrqRequest.of("dev", handler), w.cpu(0));
        try (w) {
            w.start();
            device.post(1);
            awaitRuns(3);
            w.settle();
        }
        assertEquals(3, runs.get(), "the level interrupts until somebody serves it");
        assertEquals(2, w.m.machine().irqs().core().errors(IrqError.HANDLER_THREW));
        assertEquals(2, line.counts().unhandled());
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void shutsOffALevelThatIsStuck(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.levelWire(5);
        var pull = wire.connect();
        IrqDescriptor line = w.line(5, wire);
        var request = IrqRequest.of("deaf", cpu -> IrqReturn.NONE);
        TestLines.request(line, request.withDevice("deaf"), w.cpu(0));
        try (w) {
            w.start();
            pull.set(true);
            Threads.await("nobody cared", line::isSpuriousDisabled);
            w.settle();
            w.m.inInterrupt(0, cpu -> assertTrue(line.isMasked() && line.isDisabled()));
            long before = line.counts().entries();
            w.settle();
            assertEquals(before, line.counts().entries(), "the storm is over");
        }
        assertTrue(line.counts().unhandled() >= SPURIOUS_WINDOW);
        assertEquals(1, w.m.machine().irqs().core().errors(IrqError.NOBODY_CARED));
        TestLines.assertConserved(line);
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheInputMaskedWhenItIsFreed(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.levelWire(5);
        var device = new LevelDevice(wire);
        IrqDescriptor line = w.line(5, wire);
        TestLines.request(line, serving(device), w.cpu(0));
        IrqRequests.free(line, device, w.cpu(0));
        device.post(1);
        try (w) {
            w.start();
            w.settle();
            assertEquals(0, line.counts().entries());
            w.domain.domain().unmap(line.binding().hwirq(), w.cpu(0));
        }
        assertNull(w.domain.domain().find(line.binding().hwirq()));
    }

    @ParameterizedTest
    @EnumSource
    void mapsAnInputOnceAndAsItTriggers(Platform platform) {
        var w = new WiredMachine(platform, 1);
        var wire = w.levelWire(5);
        IrqDescriptor line = w.line(5, wire);
        int input = (int) line.binding().hwirq();
        assertEquals(line, w.domain.map(99, input, line.trigger(), w.cpu(0)).line());
        assertEquals(IrqResult.EBUSY, w.domain.map(99, input, Trigger.RISING, w.cpu(0)).result());
        assertEquals(IrqResult.EINVAL, w.domain.map(99, 5000, Trigger.HIGH, w.cpu(0)).result());
        assertEquals(
                IrqResult.EINVAL, w.domain.map(99, input + 1, Trigger.BOTH, w.cpu(0)).result());
        assertTrue(line.isLevel());
    }
}
