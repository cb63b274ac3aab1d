package org.irqlab.kernel.trap;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.hw.cpu.exception.Arm64Exception;
import org.irqlab.hw.cpu.exception.ExceptionCause;
import org.irqlab.hw.cpu.exception.GuestInstruction;
import org.irqlab.hw.cpu.exception.GuestInstruction.Breakpoint;
import org.irqlab.hw.cpu.exception.GuestInstruction.DisableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Divide;
import org.irqlab.hw.cpu.exception.GuestInstruction.Exit;
import org.irqlab.hw.cpu.exception.GuestInstruction.Load;
import org.irqlab.hw.cpu.exception.GuestInstruction.LoadImmediate;
import org.irqlab.hw.cpu.exception.GuestInstruction.SetSingleStep;
import org.irqlab.hw.cpu.exception.GuestInstruction.SoftwareInterrupt;
import org.irqlab.hw.cpu.exception.GuestInstruction.Store;
import org.irqlab.hw.cpu.exception.GuestInstruction.SystemCall;
import org.irqlab.hw.cpu.exception.GuestMemory;
import org.irqlab.hw.cpu.exception.GuestProgram;
import org.irqlab.hw.cpu.exception.MachineCheckReport;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.trap.AddressSpace.Backing;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The same kernel behind a vector table of ARM64. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class Arm64TrapTest {
    private static final long PAGE = GuestMemory.PAGE_BYTES;

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(1).withWorkersPerPool(1));
    private final KernelTraps traps = KernelTraps.arm64(m.machine().smp(), TrapSettings.defaults());
    private final AddressSpace space = new AddressSpace(new GuestMemory(16));

    @AfterEach
    void close() {
        m.close();
    }

    private ProgramRun user(GuestInstruction... instructions) {
        ProgramRun run = traps.run(GuestProgram.user("prog", instructions), space);
        m.userTask(0, "prog", run);
        return run;
    }

    private ProgramEnd end(ProgramRun run) {
        m.start();
        Threads.await("end", () -> run.end() != null);
        return run.end();
    }

    @Test
    void dividesByZeroToZero() {
        var run = user(new LoadImmediate(0, 1500), new Divide(0, 1), new Exit(0));
        assertEquals(new ProgramEnd.Exited(0), end(run));
        assertEquals(0, run.core().register(0));
    }

    @Test
    void mapsThePageOfADataAbort() {
        space.map(2, 1, Backing.ANONYMOUS, true);
        var run =
                user(
                        new LoadImmediate(0, 9),
                        new Store(2 * PAGE, 0),
                        new Load(1, 2 * PAGE),
                        new Exit(0));
        assertEquals(new ProgramEnd.Exited(0), end(run));
        assertEquals(9, run.core().register(1));
        assertEquals(1, run.minorFaults());
    }

    @Test
    void savesTheAddressOfABreakpointItself() {
        var at = new ArrayList<Integer>();
        var run =
                user(new Breakpoint(), new Exit(3))
                        .onSignal(
                                Signal.SIGTRAP,
                                (signal, frame) -> {
                                    at.add(frame.pc());
                                    assertEquals(0x3c, frame.number());
                                    frame.resumeAt(frame.pc() + 1);
                                });
        assertEquals(new ProgramEnd.Exited(3), end(run));
        assertEquals(List.of(0), at);
    }

    @Test
    void findsABreakpointThatNobodyStepsOver() {
        var run = user(new Breakpoint()).onSignal(Signal.SIGTRAP, (signal, frame) -> {});
        assertEquals(new ProgramEnd.FaultLoop(0, 0, 1_001), end(run));
    }

    @Test
    void hasNoSoftwareInterrupts() {
        assertEquals(new ProgramEnd.Killed(Signal.SIGILL), end(user(new SoftwareInterrupt(0x80))));
    }

    @Test
    void refusesToMaskInterruptsInUserMode() {
        assertEquals(new ProgramEnd.Killed(Signal.SIGILL), end(user(new DisableInterrupts())));
        assertEquals(1, traps.total(ExceptionCause.PROTECTION));
    }

    @Test
    void callsTheKernelByAnException() {
        var numbers = new ArrayList<Integer>();
        traps.setSystemCalls((run, number, core) -> number + core.register(1));
        var run =
                user(
                                new LoadImmediate(0, 40),
                                new LoadImmediate(1, 2),
                                new SystemCall(),
                                new SetSingleStep(true),
                                new LoadImmediate(2, 1),
                                new SetSingleStep(false),
                                new Exit(0))
                        .onSignal(Signal.SIGTRAP, (signal, frame) -> numbers.add(frame.number()));
        assertEquals(new ProgramEnd.Exited(0), end(run));
        assertEquals(42, run.core().register(0));
        assertEquals(List.of(0x32, 0x32), numbers, "software steps");
    }

    @Test
    void killsTheUserOfCorruptDataAfterASystemError() {
        space.map(2, 1, Backing.ANONYMOUS, true);
        space.memory().map(2, true);
        space.memory().poison(2, MachineCheckReport.consumed(2 * PAGE));
        var run = user(new Load(0, 2 * PAGE), new Exit(0));
        assertEquals(new ProgramEnd.Killed(Signal.SIGBUS), end(run));
        assertEquals(Arm64Exception.SERROR.cause(), ExceptionCause.MACHINE_CHECK);
    }
}
