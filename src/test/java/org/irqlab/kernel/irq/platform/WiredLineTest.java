package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.line.IrqRequests;
import org.irqlab.kernel.irq.line.LineCounts;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.kernel.irq.platform.WiredMachine.Platform;
import org.irqlab.support.HandlerGate;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.TimeUnit;

/** Lines of wired inputs: the same drivers above an I/O APIC and above a GIC. */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WiredLineTest {
    /** How many interrupts that nobody claims shut a line off. */
    private static final int SPURIOUS_WINDOW = 100_000;

    @ParameterizedTest
    @EnumSource
    void interruptsAgainUntilTheDeviceIsQuiet(Platform platform) {
        var rig = WiredRig.level(platform, 1);
        var device = rig.device();
        try (rig) {
            rig.start();
            device.post(5);
            rig.awaitRuns(5);
        }
        assertEquals(5, rig.runs());
        LineCounts counts = rig.line.counts();
        assertEquals(5, counts.byCpu(0));
        assertEquals(0, counts.unhandled());
        assertFalse(rig.wire.active() || rig.w.inputs().inFlight(rig.input()));
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void asksEveryoneOnASharedLine(Platform platform) {
        var rig = WiredRig.level(platform, 1);
        var quiet = rig.device();
        var busy = rig.device();
        LineCounts counts = rig.line.counts();
        try (rig) {
            rig.start();
            busy.post(3);
            Threads.await("served", () -> busy.served() == 3);
            rig.settle();
            assertEquals(3, counts.byCpu(0), "quiet said NONE, busy HANDLED");
            assertEquals(0, counts.unhandled());
            quiet.post(2);
            busy.post(1);
            Threads.await("both", () -> quiet.served() == 2 && busy.served() == 4);
            rig.settle();
        }
        assertFalse(rig.wire.active());
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void staysMaskedUntilTheThreadOfAOneshotLineIsDone(Platform platform) {
        var rig = WiredRig.level(platform, 2, HandlerGate.closed());
        var device = new LevelDevice(rig.wire);
        var function = rig.gate.before(cpu -> device.serve());
        rig.request(IrqRequest.threaded("dev", null, function, 500).withFlags(IrqFlag.ONESHOT));
        LineCounts counts = rig.line.counts();
        try (rig) {
            rig.start();
            device.post(2);
            rig.awaitRuns(1);
            rig.inInterrupt(1, cpu -> assertTrue(rig.line.isMasked()));
            assertTrue(rig.wire.active());
            assertEquals(1, counts.ran(), "the level is high, and held back");
            rig.gate.letThrough(1);
            rig.awaitRuns(2);
            assertEquals(2, counts.ran(), "what the thread left");
            rig.gate.letThrough(2);
            Threads.await("unmasked", () -> !rig.line.isMasked());
            rig.settle();
        }
        assertEquals(2, counts.ran());
        assertEquals(2, device.served());
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void handlesEdgesDuringTheHandlerOnceMore(Platform platform) {
        var rig = WiredRig.edge(platform, 1);
        var pull = rig.wire.connect();
        rig.own(cpu -> {
            if (rig.runs() == 1) {
                WiredMachine.pulse(pull);
                WiredMachine.pulse(pull);
            }
            return IrqReturn.HANDLED;
        });
        try (rig) {
            rig.start();
            WiredMachine.pulse(pull);
            rig.awaitRuns(2);
        }
        assertEquals(2, rig.runs());
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void deliversALevelThatIsHighWhenItIsEnabled(Platform platform) {
        var rig = WiredRig.level(platform, 2);
        var device = rig.device();
        LineCounts counts = rig.line.counts();
        try (rig) {
            rig.start();
            rig.inInterrupt(1, rig.line::disableNoSync);
            assertFalse(rig.line.isMasked(), "lazily");
            device.post(1);
            Threads.await("masked by the interrupt that came", rig.line::isMasked);
            rig.settle();
            assertEquals(0, rig.runs());
            assertEquals(1, counts.remembered());
            rig.inInterrupt(1, rig.line::enable);
            rig.awaitRuns(1);
        }
        assertEquals(1, rig.runs());
        assertEquals(0, counts.resent(), "I-13: the device sends it again, not software");
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void saysNothingOfALevelThatIsGoneWhenItIsEnabled(Platform platform) {
        var rig = WiredRig.level(platform, 2);
        var device = rig.device();
        try (rig) {
            rig.start();
            rig.inInterrupt(1, rig.line::disableNoSync);
            device.post(1);
            Threads.await("masked", rig.line::isMasked);
            rig.settle();
            device.serve();
            rig.inInterrupt(1, rig.line::enable);
            rig.settle();
        }
        assertEquals(0, rig.runs());
    }

    @ParameterizedTest
    @EnumSource
    void remembersAnEdgeThatCameWhileDisabled(Platform platform) {
        var rig = WiredRig.edge(platform, 2);
        var pull = rig.wire.connect();
        rig.own(cpu -> IrqReturn.HANDLED);
        try (rig) {
            rig.start();
            rig.inInterrupt(1, rig.line::disableNoSync);
            WiredMachine.pulse(pull);
            Threads.await("masked", rig.line::isMasked);
            rig.settle();
            assertTrue(rig.runs() == 0 && rig.line.isPending());
            rig.inInterrupt(1, rig.line::enable);
            rig.awaitRuns(1);
        }
        assertEquals(1, rig.runs());
        assertEquals(1, rig.line.counts().resent());
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void goesOnAfterAHandlerThatThrows(Platform platform) {
        var rig = WiredRig.level(platform, 1);
        var device = new LevelDevice(rig.wire);
        rig.own(cpu -> {
            if (rig.runs() <= 2) {
                throw new IllegalArgumentException("a driver's mistake");
            }
            return device.serve();
        });
        try (rig) {
            rig.start();
            device.post(1);
            rig.awaitRuns(3);
        }
        assertEquals(3, rig.runs(), "the level interrupts until somebody serves it");
        assertEquals(2, rig.w.m.machine().irqs().core().errors(IrqError.HANDLER_THREW));
        assertEquals(2, rig.line.counts().unhandled());
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void shutsOffALevelThatIsStuck(Platform platform) {
        var rig = WiredRig.level(platform, 1);
        var pull = rig.wire.connect();
        rig.own(cpu -> IrqReturn.NONE);
        LineCounts counts = rig.line.counts();
        try (rig) {
            rig.start();
            pull.set(true);
            Threads.await("nobody cared", rig.line::isSpuriousDisabled);
            rig.settle();
            rig.inInterrupt(0, cpu -> assertTrue(rig.line.isMasked() && rig.line.isDisabled()));
            long before = counts.entries();
            rig.settle();
            assertEquals(before, counts.entries(), "the storm is over");
        }
        assertTrue(counts.unhandled() >= SPURIOUS_WINDOW);
        assertEquals(1, rig.w.m.machine().irqs().core().errors(IrqError.NOBODY_CARED));
        TestLines.assertConserved(rig.line);
    }

    @ParameterizedTest
    @EnumSource
    void leavesTheInputMaskedWhenItIsFreed(Platform platform) {
        var rig = WiredRig.level(platform, 1);
        var device = rig.device();
        IrqRequests.free(rig.line, device, rig.w.cpu(0));
        device.post(1);
        var domain = rig.w.domain.domain();
        try (rig) {
            rig.start();
            rig.settle();
            assertEquals(0, rig.line.counts().entries());
            domain.unmap(rig.input(), rig.w.cpu(0));
        }
        assertNull(domain.find(rig.input()));
    }

    @ParameterizedTest
    @EnumSource
    void mapsAnInputOnceAndAsItTriggers(Platform platform) {
        var rig = WiredRig.level(platform, 1);
        var domain = rig.w.domain;
        int input = rig.input();
        var cpu = rig.w.cpu(0);
        assertEquals(rig.line, domain.map(99, input, rig.line.trigger(), cpu).line());
        assertEquals(IrqResult.EBUSY, domain.map(99, input, Trigger.RISING, cpu).result());
        assertEquals(IrqResult.EINVAL, domain.map(99, 5000, Trigger.HIGH, cpu).result());
        assertEquals(IrqResult.EINVAL, domain.map(99, input + 1, Trigger.BOTH, cpu).result());
        assertTrue(rig.line.isLevel());
    }
}
