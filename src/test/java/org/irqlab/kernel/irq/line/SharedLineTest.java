package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** Who may have a line, alone and together with others. The machine stands still. */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SharedLineTest {
    private static final IrqFlag SHARED = IrqFlag.SHARED;
    private static final IrqFlag ONESHOT = IrqFlag.ONESHOT;

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1));
    private final KernelCpu cpu = m.cpu(0);
    private final LineHardware hw = new LineHardware(true, false, Set.of());
    private final IrqDescriptor line = TestLines.wired(m, 9, hw, FlowHandler.LEVEL);
    private final List<String> log = new ArrayList<>();

    private IrqHandler saying(String what, IrqReturn result) {
        return on -> {
            log.add(what);
            return result;
        };
    }

    private IrqRequest device(String name, IrqReturn result, IrqFlag... flags) {
        return IrqRequest.of(name, saying(name, result)).withFlags(flags).withDevice(name);
    }

    private IrqResult request(IrqRequest request) {
        return IrqRequests.request(line, request, cpu).result();
    }

    static Stream<Arguments> pairs() {
        IrqFlag[] none = {};
        IrqFlag[] shared = {SHARED};
        IrqFlag[] oneshot = {SHARED, ONESHOT};
        IrqFlag[] perCpu = {SHARED, IrqFlag.PERCPU};
        IrqFlag[] conditional = {SHARED, IrqFlag.COND_ONESHOT};
        return Stream.of(
                arguments(shared, Trigger.HIGH, shared, Trigger.HIGH, IrqResult.OK),
                arguments(shared, Trigger.HIGH, shared, Trigger.NONE, IrqResult.OK),
                arguments(shared, Trigger.NONE, shared, Trigger.HIGH, IrqResult.OK),
                arguments(shared, Trigger.HIGH, none, Trigger.HIGH, IrqResult.EBUSY),
                arguments(none, Trigger.HIGH, shared, Trigger.HIGH, IrqResult.EBUSY),
                arguments(none, Trigger.HIGH, none, Trigger.HIGH, IrqResult.EBUSY),
                arguments(shared, Trigger.HIGH, shared, Trigger.LOW, IrqResult.EBUSY),
                arguments(oneshot, Trigger.HIGH, oneshot, Trigger.HIGH, IrqResult.OK),
                arguments(oneshot, Trigger.HIGH, shared, Trigger.HIGH, IrqResult.EBUSY),
                arguments(shared, Trigger.HIGH, oneshot, Trigger.HIGH, IrqResult.EBUSY),
                arguments(oneshot, Trigger.HIGH, conditional, Trigger.HIGH, IrqResult.OK),
                arguments(shared, Trigger.HIGH, conditional, Trigger.HIGH, IrqResult.OK),
                arguments(perCpu, Trigger.HIGH, perCpu, Trigger.HIGH, IrqResult.OK),
                arguments(perCpu, Trigger.HIGH, shared, Trigger.HIGH, IrqResult.EBUSY));
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void sharesALineOnlyWithWhoAgrees(
            IrqFlag[] first,
            Trigger firstTrigger,
            IrqFlag[] second,
            Trigger secondTrigger,
            IrqResult expected) {
        assertEquals(
                IrqResult.OK,
                request(device("a", IrqReturn.NONE, first).withTrigger(firstTrigger)));
        assertEquals(
                expected,
                request(device("b", IrqReturn.HANDLED, second).withTrigger(secondTrigger)));
        line.handle(cpu);
        assertEquals(expected.ok() ? List.of("a", "b") : List.of("a"), log);
    }

    static Stream<Arguments> alone() {
        IrqHandler handler = cpu -> IrqReturn.HANDLED;
        var plain = IrqRequest.of("a", handler);
        var threaded = IrqRequest.threaded("a", null, handler, 100);
        return Stream.of(
                arguments(plain, IrqResult.OK),
                arguments(plain.withFlags(SHARED), IrqResult.EINVAL),
                arguments(plain.withFlags(SHARED).withDevice("a"), IrqResult.OK),
                arguments(
                        plain.withFlags(SHARED, IrqFlag.NO_AUTOEN).withDevice("a"),
                        IrqResult.EINVAL),
                arguments(plain.withFlags(IrqFlag.NO_AUTOEN), IrqResult.OK),
                arguments(IrqRequest.of("a", null), IrqResult.EINVAL),
                arguments(threaded, IrqResult.EINVAL),
                arguments(threaded.withFlags(ONESHOT), IrqResult.OK));
    }

    @ParameterizedTest
    @MethodSource("alone")
    void refusesWhatMakesNoSense(IrqRequest request, IrqResult expected) {
        assertEquals(expected, request(request));
        assertEquals(expected.ok(), line.action() != null);
    }

    @Test
    void needsNoOneshotWhereEachInterruptIsAnEdgeOfItsOwn() {
        var chip = new LineHardware(false, true, Set.of(IrqChipFlag.ONESHOT_SAFE));
        IrqDescriptor message = TestLines.wired(m, 10, chip, FlowHandler.EDGE);
        IrqHandler function = on -> IrqReturn.HANDLED;
        TestLines.request(message, IrqRequest.threaded("a", null, function, 100), cpu);
        TestLines.request(
                TestLines.wired(m, 11, chip, FlowHandler.EDGE),
                IrqRequest.threaded("a", null, function, 101).withFlags(ONESHOT),
                cpu);
        assertEquals(0, message.action().threadMask);
    }

    @Test
    void hasNoLineWithoutAChip() {
        IrqDescriptor bare = m.machine().irqs().core().newLine(12);
        var outcome = IrqRequests.request(bare, IrqRequest.of("a", on -> IrqReturn.NONE), cpu);
        assertEquals(IrqResult.ENOSYS, outcome.result());
        assertNull(outcome.action());
    }

    @Test
    void takesSixtyFourOneshotSharersAndNoMore() {
        for (int i = 0; i < 64; i++) {
            assertEquals(IrqResult.OK, request(device("d" + i, IrqReturn.NONE, SHARED, ONESHOT)));
        }
        assertEquals(IrqResult.EBUSY, request(device("d64", IrqReturn.NONE, SHARED, ONESHOT)));
        assertTrue(IrqRequests.free(line, line.action().next().deviceId(), cpu) != null);
        assertEquals(IrqResult.OK, request(device("again", IrqReturn.NONE, SHARED, ONESHOT)));
    }

    @Test
    void callsEveryoneUntilTheyAreFreed() {
        request(device("a", IrqReturn.NONE, SHARED));
        request(device("b", IrqReturn.HANDLED, SHARED));
        request(device("c", IrqReturn.NONE, SHARED));
        assertEquals("b", IrqRequests.free(line, "b", cpu).name());
        line.handle(cpu);
        assertEquals(List.of("a", "c"), log);
        assertEquals(1, line.counts().unhandled());
        IrqRequests.free(line, "a", cpu);
        IrqRequests.free(line, "c", cpu);
        assertTrue(line.isMasked() && line.isDisabled() && !line.isActivated());
    }

    @Test
    void countsAFreeOfWhatIsNotThere() {
        request(device("a", IrqReturn.NONE, SHARED));
        assertNull(IrqRequests.free(line, "b", cpu));
        assertEquals(1, m.machine().irqs().core().errors(IrqError.NOT_REQUESTED));
        assertEquals("a", line.action().name());
    }

    @Test
    void staysOffUntilItIsEnabledIfItIsAskedTo() {
        request(device("a", IrqReturn.HANDLED, IrqFlag.NO_AUTOEN));
        assertEquals(1, line.depth());
        hw.fire();
        assertTrue(!hw.take() && line.isMasked());
        line.enable(cpu);
        assertTrue(hw.take());
        line.handle(cpu);
        assertEquals(List.of("a"), log);
    }

    @Test
    void startsAtDepthZeroAgainAfterItWasFreedWhileDisabled() {
        request(device("a", IrqReturn.HANDLED));
        line.disableNoSync(cpu);
        assertEquals(1, line.depth());
        IrqRequests.free(line, "a", cpu);
        assertTrue(line.depth() >= 1);
        request(device("a", IrqReturn.HANDLED));
        assertEquals(0, line.depth());
    }

    @Test
    void setsTheTypeWhileMaskedWhereTheChipWantsThat() {
        var seen = new ArrayList<String>();
        var chip =
                new FakeChip() {
                    @Override
                    public Set<IrqChipFlag> flags() {
                        return Set.of(IrqChipFlag.SET_TYPE_MASKED);
                    }

                    @Override
                    public IrqResult setType(IrqBinding on, Trigger trigger, KernelCpu by) {
                        seen.add(trigger + " " + on.descriptor().isMasked());
                        return trigger == Trigger.LOW ? IrqResult.EINVAL : IrqResult.OK;
                    }
                };
        IrqDescriptor typed = TestLines.wired(m, 13, chip, FlowHandler.LEVEL);
        var request = IrqRequest.of("a", on -> IrqReturn.HANDLED);
        assertEquals(
                IrqResult.EINVAL,
                IrqRequests.request(typed, request.withTrigger(Trigger.LOW), cpu).result());
        TestLines.request(typed, request.withTrigger(Trigger.HIGH), cpu);
        assertEquals(List.of("LOW true", "HIGH true"), seen);
        assertTrue(typed.isLevel() && !typed.isMasked());
    }

    @Test
    void countsGarbageAndGoesOn() {
        request(device("a", null, SHARED));
        request(device("b", IrqReturn.HANDLED, SHARED));
        line.handle(cpu);
        assertEquals(List.of("a", "b"), log);
        assertEquals(1, m.machine().irqs().core().errors(IrqError.BAD_RETURN));
    }
}
