package org.irqlab.kernel.trap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.exception.ExceptionCause;
import org.irqlab.hw.cpu.exception.GuestInstruction.Exit;
import org.irqlab.hw.cpu.exception.GuestInstruction.Load;
import org.irqlab.hw.cpu.exception.GuestProgram;
import org.irqlab.hw.cpu.exception.MachineCheckReport;
import org.irqlab.hw.cpu.exception.MachineCheckReport.Bit;
import org.irqlab.hw.cpu.exception.MachineCheckReport.ErrorCode;
import org.irqlab.kernel.trap.AddressSpace.Backing;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.EnumSet;
import java.util.concurrent.TimeUnit;

/** Machine checks: how they are graded, and what each grade does to a program. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MachineCheckTest {
    private static final long ADDRESS = 2 * ProgramMachine.PAGE + 8;

    private final ProgramMachine m = new ProgramMachine();

    @AfterEach
    void close() {
        m.close();
    }

    /** Bits by letter: Valid Enabled Over Uncorrected S A(R) Pcc R(IPV) I(EIPV) D(eferred). */
    private static MachineCheckReport report(String bits, ErrorCode code) {
        var set = EnumSet.noneOf(Bit.class);
        for (char bit : bits.toCharArray()) {
            set.add(
                    switch (bit) {
                        case 'V' -> Bit.VALID;
                        case 'E' -> Bit.ENABLED;
                        case 'O' -> Bit.OVERFLOW;
                        case 'U' -> Bit.UNCORRECTED;
                        case 'S' -> Bit.SIGNALLED;
                        case 'A' -> Bit.ACTION_REQUIRED;
                        case 'P' -> Bit.CONTEXT_CORRUPT;
                        case 'R' -> Bit.RESTART_VALID;
                        case 'I' -> Bit.ERROR_ADDRESS_VALID;
                        case 'D' -> Bit.DEFERRED;
                        default -> throw new IllegalArgumentException("bit=" + bit);
                    });
        }
        return new MachineCheckReport(set, code, ADDRESS);
    }

    @ParameterizedTest
    @CsvSource({
        "EURI,    OTHER,             NO,       NO",
        "VURI,    OTHER,             NO,       NO",
        "VEPRI,   OTHER,             PANIC,    PANIC",
        "VEUSA,   DATA_LOAD,         PANIC,    PANIC",
        "VERI,    OTHER,             KEEP,     KEEP",
        "VEDRI,   OTHER,             DEFERRED, DEFERRED",
        "VEURI,   OTHER,             DEFERRED, DEFERRED",
        "VEUARI,  OTHER,             PANIC,    PANIC",
        "VEUARIO, OTHER,             KEEP,     KEEP",
        "VEUSRI,  MEMORY_SCRUBBING,  AO,       AO",
        "VEUSRI,  CACHE_WRITEBACK,   AO,       AO",
        "VEUSRI,  OTHER,             SOME,     SOME",
        "VEUSARI, DATA_LOAD,         AR,       PANIC",
        "VEUSARI, INSTRUCTION_FETCH, AR,       PANIC",
        "VEUSARI, OTHER,             PANIC,    PANIC",
        "VEUSARIO,DATA_LOAD,         PANIC,    PANIC",
        "VEUSAR,  DATA_LOAD,         KEEP,     KEEP",
        "VEUSI,   OTHER,             SOME,     PANIC",
    })
    void gradesAsTheKernelDoes(
            String bits, ErrorCode code, MachineCheckSeverity user, MachineCheckSeverity kernel) {
        assertEquals(user, MachineCheckSeverity.grade(report(bits, code), true), "user");
        assertEquals(kernel, MachineCheckSeverity.grade(report(bits, code), false), "kernel");
    }

    private ProgramRun loads(MachineCheckReport report) {
        m.space.map(2, 1, Backing.ANONYMOUS, true);
        m.space.memory().map(2, true);
        m.space.memory().setWord(ADDRESS, 5);
        m.space.memory().poison(2, report);
        return m.user(new Load(0, ADDRESS), new Exit(0));
    }

    @Test
    void killsTheUserOfCorruptDataByTaskWorkAndTakesThePageAway() {
        var run = loads(MachineCheckReport.consumed(ADDRESS));
        assertEquals(new ProgramEnd.Killed(Signal.SIGBUS), m.end(run));
        assertEquals(1, m.counts().machineChecks(MachineCheckSeverity.AR));
        assertEquals(1, m.counts().traps(ExceptionCause.MACHINE_CHECK));
        assertEquals(0, m.counts().traps(ExceptionCause.PAGE_FAULT));
        assertFalse(m.space.memory().present(ADDRESS), "unmapped");
        assertEquals(AddressSpace.FaultResult.BUS_ERROR, m.space.serve(ADDRESS, false, false));
    }

    @Test
    void goesOnAfterWhatNeedsNoAction() {
        var run = loads(report("VEUSRI", ErrorCode.MEMORY_SCRUBBING));
        assertEquals(new ProgramEnd.Exited(0), m.end(run));
        assertEquals(5, run.core().register(0), "executed again");
        assertEquals(1, m.counts().machineChecks(MachineCheckSeverity.AO));
    }

    @Test
    void killsAProgramThatCannotBeReturnedTo() {
        var run = loads(report("VEUSI", ErrorCode.OTHER));
        assertEquals(new ProgramEnd.Killed(Signal.SIGBUS), m.end(run));
        assertEquals(1, m.counts().machineChecks(MachineCheckSeverity.SOME));
    }

    @Test
    void panicsWhereTheContextIsCorruptAndNeverReturns() {
        var run = loads(report("VEUPRI", ErrorCode.OTHER));
        var end = (ProgramEnd.Panicked) m.end(run);
        assertEquals("Fatal machine check", end.oops().reason());
        assertEquals(0x11_0000, end.oops().preemptCount(), "in NMI context");
        assertTrue(m.m.machine().smp().stopping());
    }

    @Test
    void panicsWhenTheKernelUsesCorruptData() {
        m.space.memory().map(2, true);
        m.space.memory().poison(2, MachineCheckReport.consumed(ADDRESS));
        var run = m.place(0, GuestProgram.kernel("module", new Load(0, ADDRESS), new Exit(0)));
        assertTrue(m.end(run) instanceof ProgramEnd.Panicked);
    }
}
