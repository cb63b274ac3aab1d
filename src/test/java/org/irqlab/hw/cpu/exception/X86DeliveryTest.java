package org.irqlab.hw.cpu.exception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.exception.GuestInstruction.Breakpoint;
import org.irqlab.hw.cpu.exception.GuestInstruction.DisableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Divide;
import org.irqlab.hw.cpu.exception.GuestInstruction.EnableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Exit;
import org.irqlab.hw.cpu.exception.GuestInstruction.Halt;
import org.irqlab.hw.cpu.exception.GuestInstruction.Load;
import org.irqlab.hw.cpu.exception.GuestInstruction.LoadImmediate;
import org.irqlab.hw.cpu.exception.GuestInstruction.Nop;
import org.irqlab.hw.cpu.exception.GuestInstruction.SetSingleStep;
import org.irqlab.hw.cpu.exception.GuestInstruction.SoftwareInterrupt;
import org.irqlab.hw.cpu.exception.GuestInstruction.Store;
import org.irqlab.hw.cpu.exception.GuestInstruction.SystemCall;
import org.irqlab.hw.cpu.exception.GuestInstruction.WriteControl;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Gates, faults in the delivery of faults, shadows and NMIs; after kvm-unit-tests' eventinj. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class X86DeliveryTest {
    private static final long STACK = 5 * GuestMemory.PAGE_BYTES + 8;

    private final GuestCpu guest = new GuestCpu().withAllGates();
    private final List<String> codes = new ArrayList<>();

    private StepResult kernel(GuestInstruction... instructions) {
        return guest.run(GuestProgram.kernel("test", instructions));
    }

    private StepResult user(GuestInstruction... instructions) {
        return guest.run(GuestProgram.user("test", instructions));
    }

    /** Logs vector and error code, and ends the program. */
    private void endAt(int vector) {
        guest.idt.set(
                vector,
                Gate.interrupt(frame -> {
                    codes.add(frame.number() + ":" + Long.toHexString(frame.errorCode()));
                    frame.end();
                }));
    }

    private void repairDivisorAt(int vector) {
        guest.idt.set(
                vector, Gate.interrupt(guest.logging(frame -> frame.core().setRegister(1, 10))));
    }

    @Test
    void executesADivisionAgainWhoseDivisorWasRepaired() {
        repairDivisorAt(0);
        var result =
                user(
                        new LoadImmediate(0, 1500),
                        new LoadImmediate(1, 0),
                        new Divide(0, 1),
                        new Exit(0));
        assertEquals(StepResult.EXITED, result);
        assertEquals(150, guest.core.register(0), "DE exception result equals 150");
        assertEquals(List.of("0@2"), guest.log);
    }

    @Test
    void faultsOnAQuotientThatDoesNotFit() {
        repairDivisorAt(0);
        user(
                new LoadImmediate(0, Long.MIN_VALUE),
                new LoadImmediate(1, -1),
                new Divide(0, 1),
                new Exit(0));
        assertEquals(Long.MIN_VALUE / 10, guest.core.register(0));
    }

    @Test
    void goesOnBehindABreakpoint() {
        guest.idt.set(3, Gate.interrupt(guest.logging()).forUser());
        assertEquals(StepResult.EXITED, user(new Nop(), new Breakpoint(), new Exit(7)));
        assertEquals(List.of("3@2"), guest.log);
        assertEquals(7, guest.core.status());
    }

    @Test
    void stepsThroughInstructionsOneByOne() {
        kernel(
                new SetSingleStep(true),
                new Nop(),
                new LoadImmediate(0, 1),
                new SetSingleStep(false),
                new Nop(),
                new Exit(0));
        assertEquals(List.of("1@2", "1@3", "1@4"), guest.log);
    }

    @Test
    void doesNotStepWhileItHandlesAStep() {
        var steps = new ArrayList<Boolean>();
        guest.idt.set(1, Gate.interrupt(frame -> steps.add(frame.core().singleStep())));
        kernel(new SetSingleStep(true), new Nop(), new Exit(0));
        assertEquals(List.of(false), steps);
        assertTrue(guest.core.singleStep(), "restored by the return");
    }

    @Test
    void raisesSoftwareInterruptsWithTheFlagOff() {
        assertEquals(StepResult.EXITED, kernel(new SoftwareInterrupt(0x33), new Exit(0)));
        assertEquals(List.of("51@1"), guest.log);
        assertFalse(guest.port.inService(), "needs no end of interrupt");
    }

    @Test
    void refusesSoftwareInterruptsOfUserModeWhoseGateIsTheKernels() {
        endAt(13);
        assertEquals(StepResult.ENDED, user(new SoftwareInterrupt(0x33), new Exit(0)));
        assertEquals(List.of("13:19a"), codes, "vector << 3 | IDT");
    }

    @Test
    void letsUserModeThroughAGateThatIsForIt() {
        guest.idt.set(0x33, Gate.interrupt(guest.logging()).forUser());
        assertEquals(StepResult.EXITED, user(new SoftwareInterrupt(0x33), new Exit(0)));
        assertEquals(List.of("51@1"), guest.log);
        assertEquals(CpuMode.USER, guest.core.mode());
    }

    @Test
    void doesNotAskTheGateOfAFaultForPrivilege() {
        repairDivisorAt(0);
        assertEquals(
                StepResult.EXITED, user(new LoadImmediate(0, 10), new Divide(0, 1), new Exit(0)));
    }

    @Test
    void raisesNpForAGateThatIsNotPresentAndGpForNone() {
        endAt(11);
        endAt(13);
        guest.idt.set(0x33, guest.idt.gate(0x33).absent());
        kernel(new SoftwareInterrupt(0x33));
        guest.idt.set(0x33, null);
        kernel(new SoftwareInterrupt(0x33));
        assertEquals(List.of("11:19a", "13:19a"), codes);
    }

    @Test
    void refusesPrivilegedInstructionsInUserMode() {
        endAt(13);
        user(new EnableInterrupts());
        user(new DisableInterrupts());
        user(new Halt());
        user(new WriteControl());
        assertEquals(List.of("13:0", "13:0", "13:0", "13:0"), codes);
    }

    @Test
    void tellsThePageFaultHandlerWhatTheAccessWas() {
        endAt(14);
        user(new Load(0, 8));
        user(new Store(8, 0));
        guest.memory.map(0, false);
        user(new Store(8, 0));
        kernel(new Store(8, 0));
        user();
        assertEquals(List.of("14:4", "14:6", "14:7", "14:3", "14:14"), codes);
    }

    @Test
    void clearsTheFlagAtAnInterruptGateAndKeepsItAtATrapGate() {
        var flags = new ArrayList<Boolean>();
        TrapHandler note = frame -> flags.add(guest.cpu.irqsEnabled());
        guest.idt.set(0x33, Gate.interrupt(note));
        guest.idt.set(0x34, Gate.trap(note));
        kernel(
                new EnableInterrupts(),
                new SoftwareInterrupt(0x33),
                new SoftwareInterrupt(0x34),
                new DisableInterrupts(),
                new SoftwareInterrupt(0x34),
                new Exit(0));
        assertEquals(List.of(false, true, false), flags);
    }

    /** "NP PF": the gate is not present, and the stack of #NP is not mapped. */
    @Test
    void handlesNpAndThenPageFaultSerially() {
        guest.idt.set(0x33, Gate.interrupt(guest.logging()).absent());
        guest.idt.set(14, Gate.interrupt(guest.logging(frame -> guest.memory.map(5, true))));
        guest.idt.set(
                11,
                Gate.interrupt(
                                guest.logging(frame ->
                                        guest.idt.set(0x33, Gate.interrupt(guest.logging()))))
                        .onStack(STACK));
        assertEquals(StepResult.EXITED, kernel(new SoftwareInterrupt(0x33), new Exit(0)));
        assertEquals(List.of("14@0", "11@0", "51@1"), guest.log);
    }

    /** "DE PF": the stack of #DE is not mapped. */
    @Test
    void handlesDivideErrorAndThenPageFaultSerially() {
        var addresses = new ArrayList<Long>();
        guest.idt.set(
                14,
                Gate.interrupt(
                        guest.logging(frame -> {
                            addresses.add(frame.faultAddress());
                            guest.memory.map(5, true);
                        })));
        repairDivisorAt(0);
        guest.idt.set(0, guest.idt.gate(0).onStack(STACK));
        var result = kernel(new LoadImmediate(0, 1500), new Divide(0, 1), new Exit(0));
        assertEquals(StepResult.EXITED, result);
        assertEquals(List.of("14@1", "0@1"), guest.log);
        assertEquals(List.of(STACK), addresses);
        assertEquals(150, guest.core.register(0));
    }

    @Test
    void escalatesAFaultInAPageFaultToADoubleFaultWhichDoesNotResume() {
        guest.idt.set(14, guest.idt.gate(14).onStack(STACK));
        assertEquals(StepResult.ENDED, kernel(new Load(0, 8), new Exit(0)));
        assertEquals(List.of("8@0"), guest.log);
    }

    @Test
    void escalatesTwoContributoryFaults() {
        guest.idt.set(0, null);
        guest.idt.set(13, null);
        assertEquals(StepResult.ENDED, kernel(new Divide(0, 1), new Exit(0)));
        assertEquals(List.of("8@0"), guest.log);
        assertFalse(guest.cpu.shutdown().down());
    }

    @Test
    void shutsDownAtATripleFaultUntilInit() {
        guest.idt.set(0, null);
        guest.idt.set(13, null);
        guest.idt.set(8, null);
        assertEquals(StepResult.SHUTDOWN, kernel(new Divide(0, 1), new Exit(0)));
        assertTrue(guest.cpu.shutdown().down());
        assertEquals(StepResult.SHUTDOWN, guest.core.step(), "and stays there");
        assertEquals(List.of(), guest.log);
        guest.cpu.shutdown().init();
        assertFalse(guest.cpu.shutdown().down());
        assertEquals(1, guest.cpu.shutdown().count());
    }

    /** "sti shadow", "vec 32/int $33": the software interrupt in the shadow goes first. */
    @Test
    void executesTheInstructionBehindStiBeforeAnInterrupt() {
        guest.port.accept(32);
        kernel(new EnableInterrupts(), new SoftwareInterrupt(0x33), new Nop(), new Exit(0));
        assertEquals(List.of("51@2", "32@2"), guest.log);
    }

    @Test
    void takesTheInterruptFirstOnceTheShadowIsOver() {
        guest.port.accept(32);
        kernel(new EnableInterrupts(), new Nop(), new SoftwareInterrupt(0x33), new Exit(0));
        assertEquals(List.of("32@2", "51@3"), guest.log);
    }

    @Test
    void castsNoShadowWhereInterruptsWereOnBefore() {
        kernel(new EnableInterrupts(), new Nop(), new Exit(0));
        assertTrue(guest.cpu.irqsEnabled());
        guest.load(
                GuestProgram.kernel(
                        "test", new EnableInterrupts(), new SoftwareInterrupt(0x33), new Exit(0)));
        guest.core.step();
        guest.port.accept(32);
        guest.core.step();
        assertEquals(List.of("32@1", "51@2"), guest.log);
    }

    @Test
    void takesNothingBetweenStiAndCli() {
        guest.port.accept(32);
        kernel(new EnableInterrupts(), new DisableInterrupts(), new Nop(), new Exit(0));
        assertEquals(List.of(), guest.log);
        assertTrue(guest.port.requested(), "still latched");
    }

    @Test
    void handlesTheStepTrapBeforeAnNmiAndTheNmiBeforeAnInterrupt() {
        guest.load(
                GuestProgram.kernel(
                        "test",
                        new EnableInterrupts(),
                        new SetSingleStep(true),
                        new Nop(),
                        new Nop(),
                        new Exit(0)));
        for (int i = 0; i < 3; i++) {
            guest.core.step();
        }
        guest.port.accept(32);
        guest.cpu.nmi().raise();
        guest.core.step();
        assertEquals(List.of("1@3", "2@3", "32@3"), guest.log);
    }

    @Test
    void remembersTheFlagThatAnNmiInterrupted() {
        var flags = new ArrayList<Boolean>();
        guest.idt.set(2, Gate.interrupt(frame -> flags.add(frame.interruptFlag())));
        guest.load(
                GuestProgram.kernel(
                        "test", new Nop(), new EnableInterrupts(), new Nop(), new Nop()));
        guest.cpu.nmi().raise();
        guest.core.step();
        guest.core.step();
        guest.core.step();
        guest.cpu.nmi().raise();
        guest.core.step();
        assertEquals(List.of(false, true), flags);
        assertTrue(guest.cpu.irqsEnabled());
    }

    /** "NMI": a breakpoint in the handler unblocks the latched one before the handler returns. */
    @Test
    void unblocksNmisByAnExceptionsReturnInTheHandler() {
        guest.idt.set(
                2,
                Gate.interrupt(frame -> {
                    guest.log.add("in");
                    if (guest.log.size() == 1) {
                        guest.cpu.nmi().raise();
                        guest.cpu.poll();
                        guest.log.add("blocked");
                        frame.core().raiseInHandler(ExceptionCause.BREAKPOINT);
                        guest.cpu.poll();
                    }
                    guest.log.add("out");
                }));
        guest.load(GuestProgram.kernel("test", new Nop(), new Exit(0)));
        guest.cpu.nmi().raise();
        guest.core.step();
        assertEquals(List.of("in", "blocked", "3@0", "in", "out", "out"), guest.log);
        assertEquals(CpuMode.KERNEL, guest.core.mode());
        assertEquals(1, guest.core.pc(), "and the program went on");
    }

    @Test
    void haltsUntilAnInterrupt() {
        guest.load(GuestProgram.kernel("test", new EnableInterrupts(), new Halt(), new Exit(0)));
        guest.core.step();
        guest.core.step();
        guest.cpu.nmi().raise();
        assertEquals(StepResult.EXITED, guest.core.step());
        assertEquals(List.of("2@2"), guest.log);
    }

    @Test
    void staysHaltedWithTheFlagOffWhateverIsRequested() {
        guest.load(GuestProgram.kernel("test", new Halt(), new Exit(0)));
        guest.port.accept(32);
        for (int i = 0; i < 100; i++) {
            assertEquals(StepResult.RUNNING, guest.core.step());
        }
        assertEquals(List.of(), guest.log);
        guest.cpu.nmi().raise();
        assertEquals(StepResult.EXITED, guest.core.step());
    }

    @Test
    void entersTheSystemCallWithoutAGate() {
        endAt(6);
        assertEquals(StepResult.ENDED, user(new SystemCall(), new Exit(0)));
        assertEquals(List.of("6:0"), codes, "undefined without an entry");
        guest.x86.setSystemCall(frame -> guest.log.add("call " + frame.pc()));
        assertEquals(StepResult.EXITED, user(new SystemCall(), new Exit(0)));
        assertEquals(List.of("call 1"), guest.log);
    }
}
