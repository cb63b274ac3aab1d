package org.irqlab.kernel.trap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.cpu.exception.ExceptionCause;
import org.irqlab.hw.cpu.exception.GuestInstruction.Add;
import org.irqlab.hw.cpu.exception.GuestInstruction.Breakpoint;
import org.irqlab.hw.cpu.exception.GuestInstruction.DisableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Divide;
import org.irqlab.hw.cpu.exception.GuestInstruction.Exit;
import org.irqlab.hw.cpu.exception.GuestInstruction.Jump;
import org.irqlab.hw.cpu.exception.GuestInstruction.Load;
import org.irqlab.hw.cpu.exception.GuestInstruction.LoadImmediate;
import org.irqlab.hw.cpu.exception.GuestInstruction.Nop;
import org.irqlab.hw.cpu.exception.GuestInstruction.SetSingleStep;
import org.irqlab.hw.cpu.exception.GuestInstruction.SoftwareInterrupt;
import org.irqlab.hw.cpu.exception.GuestInstruction.Store;
import org.irqlab.hw.cpu.exception.GuestInstruction.SystemCall;
import org.irqlab.hw.cpu.exception.GuestInstruction.Undefined;
import org.irqlab.kernel.trap.AddressSpace.Backing;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Programs of user mode: what their exceptions come to. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ProgramRunTest {
    private static final long PAGE = ProgramMachine.PAGE;

    private final ProgramMachine m = new ProgramMachine();

    @AfterEach
    void close() {
        m.close();
    }

    private void assertKilled(Signal signal, ProgramRun run) {
        assertEquals(new ProgramEnd.Killed(signal), m.end(run));
        assertEquals(1, m.counts().signals(signal));
    }

    @Test
    void repairsTheDivisorInASignalHandlerAndDividesAgain() {
        var run =
                m.user(new LoadImmediate(0, 1500), new Divide(0, 1), new Exit(0))
                        .onSignal(Signal.SIGFPE, (s, frame) -> frame.core().setRegister(1, 10));
        assertEquals(new ProgramEnd.Exited(0), m.end(run));
        assertEquals(150, run.core().register(0));
        assertEquals(1, m.counts().traps(ExceptionCause.DIVIDE_ERROR));
    }

    @Test
    void endsAProgramThatHandlesNoDivideError() {
        assertKilled(Signal.SIGFPE, m.user(new Divide(0, 1), new Exit(0)));
    }

    @Test
    void mapsThePageAndRestartsTheInstruction() {
        m.space.map(2, 2, Backing.ANONYMOUS, true);
        var run =
                m.user(
                        new LoadImmediate(0, 77),
                        new Load(1, 2 * PAGE),
                        new Store(2 * PAGE, 0),
                        new Load(1, 2 * PAGE),
                        new Exit(0));
        assertEquals(new ProgramEnd.Exited(0), m.end(run));
        assertEquals(77, run.core().register(1));
        assertEquals(2, run.minorFaults(), "the zero page, then a page of its own");
        assertEquals(0, run.majorFaults());
    }

    @Test
    void countsAPageThatIsReadFromAFileAsMajorAndRetriesItOnce() {
        m.space.map(2, 2, Backing.FILE, true);
        var run =
                m.user(
                        new Load(1, 2 * PAGE),
                        new Load(1, 3 * PAGE),
                        new Store(2 * PAGE, 1),
                        new Exit(0));
        assertEquals(new ProgramEnd.Exited(0), m.end(run));
        assertEquals(2, run.majorFaults());
        assertEquals(1, run.minorFaults(), "the write to the cached page");
        assertEquals(2, m.counts().retriedFaults());
        assertEquals(2, m.counts().majorFaults());
    }

    @Test
    void endsAProgramThatReadsWhatIsNotMapped() {
        assertKilled(Signal.SIGSEGV, m.user(new Load(0, 2 * PAGE), new Exit(0)));
    }

    @Test
    void endsAProgramThatReadsBeyondItsMemory() {
        assertKilled(Signal.SIGSEGV, m.user(new Load(0, 1L << 40), new Exit(0)));
    }

    @Test
    void endsAProgramThatWritesToAReadOnlyMapping() {
        m.space.map(2, 1, Backing.FILE, false);
        var run = m.user(new Load(0, 2 * PAGE), new Store(2 * PAGE, 0), new Exit(0));
        assertKilled(Signal.SIGSEGV, run);
    }

    @Test
    void sendsABusErrorForAPageBeyondItsFile() {
        m.space.map(2, 1, Backing.BEYOND_FILE, true);
        assertKilled(Signal.SIGBUS, m.user(new Load(0, 2 * PAGE), new Exit(0)));
    }

    @Test
    void sendsABusErrorForAnAlignmentCheck() {
        assertKilled(Signal.SIGBUS, m.user(new Load(0, 4), new Exit(0)));
    }

    @Test
    void endsAProgramThatRunsOffItsEnd() {
        assertKilled(Signal.SIGSEGV, m.user(new Nop()));
    }

    @Test
    void endsAProgramAfterAGeneralProtectionFault() {
        assertKilled(Signal.SIGSEGV, m.user(new DisableInterrupts(), new Exit(0)));
    }

    @Test
    void endsAProgramThatRaisesAVectorOfTheKernel() {
        assertKilled(Signal.SIGSEGV, m.user(new SoftwareInterrupt(0x20), new Exit(0)));
    }

    @Test
    void letsASignalHandlerGoOnElsewhere() {
        var run =
                m.user(new Undefined(), new Exit(1), new Exit(2))
                        .onSignal(Signal.SIGILL, (signal, frame) -> frame.resumeAt(2));
        assertEquals(new ProgramEnd.Exited(2), m.end(run));
    }

    @Test
    void goesOnBehindABreakpointThatIsHandled() {
        var at = new ArrayList<Integer>();
        var run =
                m.user(new Nop(), new Breakpoint(), new Exit(3))
                        .onSignal(Signal.SIGTRAP, (signal, frame) -> at.add(frame.pc()));
        assertEquals(new ProgramEnd.Exited(3), m.end(run));
        assertEquals(List.of(2), at);
    }

    @Test
    void showsADebuggerEveryStep() {
        var at = new ArrayList<Integer>();
        var run =
                m.user(
                                new SetSingleStep(true),
                                new Nop(),
                                new SetSingleStep(false),
                                new Nop(),
                                new Exit(0))
                        .onSignal(Signal.SIGTRAP, (signal, frame) -> at.add(frame.pc()));
        assertEquals(new ProgramEnd.Exited(0), m.end(run));
        assertEquals(List.of(2, 3), at);
    }

    @Test
    void executesSystemCallsEitherWay() {
        m.traps.setSystemCalls(
                (run, number, core) -> number == 1 ? core.register(1) * 2 : SystemCalls.ENOSYS);
        var run =
                m.user(
                        new LoadImmediate(0, 1),
                        new LoadImmediate(1, 21),
                        new SystemCall(),
                        new Add(2, 0),
                        new LoadImmediate(0, 99),
                        new SoftwareInterrupt(KernelTraps.SYSTEM_CALL_VECTOR),
                        new Exit(0));
        assertEquals(new ProgramEnd.Exited(0), m.end(run));
        assertEquals(42, run.core().register(2));
        assertEquals(-38, run.core().register(0));
    }

    @Test
    void sleepsInASystemCall() {
        m.traps.setSystemCalls((run, number, core) -> {
            m.m.sleep(run.task(), 1_000_000);
            return 5;
        });
        var run = m.user(new SystemCall(), new Exit(0));
        assertEquals(new ProgramEnd.Exited(0), m.end(run));
        assertEquals(5, run.core().register(0));
    }

    /** B-30. */
    @Test
    void findsAFaultThatComesBackForEver() {
        m.space.map(2, 1, Backing.ANONYMOUS, true).setLeavesCause(true);
        var run = m.user(new Nop(), new Load(0, 2 * PAGE + 8), new Exit(0));
        assertEquals(new ProgramEnd.FaultLoop(1, 2 * PAGE + 8, 1_001), m.end(run));
        assertEquals(1, m.counts().faultLoops());
        assertEquals(1_001, m.counts().traps(ExceptionCause.PAGE_FAULT));
    }

    /** As often as the loop above, but each fault is another one. */
    @Test
    void doesNotTakeProgressForALoop() {
        var left = new int[] {3_000};
        var run =
                m.user(new Divide(0, 1), new LoadImmediate(1, 0), new Jump(0), new Exit(0))
                        .onSignal(
                                Signal.SIGFPE,
                                (signal, frame) -> {
                                    frame.core().setRegister(1, 1);
                                    if (--left[0] == 0) {
                                        frame.resumeAt(3);
                                    }
                                });
        assertEquals(new ProgramEnd.Exited(0), m.end(run));
        assertEquals(0, m.counts().faultLoops());
        assertEquals(3_000, m.counts().traps(ExceptionCause.DIVIDE_ERROR));
    }

    @Test
    void recordsPageFaultsWithTheKernelsFields() {
        m.space.map(2, 1, Backing.ANONYMOUS, true);
        var run = m.user(new Nop(), new Store(2 * PAGE + 16, 0), new Exit(0));
        m.end(run);
        m.close();
        var ring = m.m.cpu(0).ring();
        boolean found = false;
        for (int i = 0; i < ring.size(); i++) {
            if (ring.event(i) == Tracepoint.PAGE_FAULT_USER) {
                assertFalse(found, "once");
                found = true;
                assertEquals(2 * PAGE + 16, ring.a(i));
                assertEquals(1, ring.b(i));
                assertEquals(6, ring.c(i), "user, write, not present");
            }
        }
        assertTrue(found);
    }

    @Test
    void isInterruptedBetweenTwoInstructions() {
        var spinner = m.user(new Nop(), new Jump(0));
        m.m.start();
        Threads.await("runs", () -> m.m.cpu(0).current().name().equals("prog"));
        for (int i = 0; i < 10; i++) {
            m.m.inInterrupt(0, cpu -> assertEquals("prog", cpu.current().name()));
        }
        assertNull(spinner.end());
    }
}
