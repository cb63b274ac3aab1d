package org.irqlab.kernel.trap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.cpu.exception.ExceptionCause;
import org.irqlab.hw.cpu.exception.GuestInstruction.Breakpoint;
import org.irqlab.hw.cpu.exception.GuestInstruction.DisableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Divide;
import org.irqlab.hw.cpu.exception.GuestInstruction.EnableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Exit;
import org.irqlab.hw.cpu.exception.GuestInstruction.Halt;
import org.irqlab.hw.cpu.exception.GuestInstruction.Load;
import org.irqlab.hw.cpu.exception.GuestInstruction.Nop;
import org.irqlab.hw.cpu.exception.GuestProgram;
import org.irqlab.kernel.trap.AddressSpace.Backing;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

/** Faults of kernel mode, and what ends a CPU or the machine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class KernelFaultTest {
    private static final long PAGE = ProgramMachine.PAGE;

    private final ProgramMachine m = new ProgramMachine();

    @AfterEach
    void close() {
        m.close();
    }

    @Test
    void goesOnAtTheFixup() {
        var run = m.kernel(new Load(0, 2 * PAGE), new Exit(1), new Exit(2)).fixup(0, 2);
        assertEquals(new ProgramEnd.Exited(2), m.end(run));
        assertEquals(1, m.counts().fixups());
        assertEquals(0, m.counts().oopses());
    }

    @Test
    void servesAPageFaultOfTheKernelOnAUsersPage() {
        m.space.map(2, 1, Backing.ANONYMOUS, true);
        var run = m.kernel(new Load(0, 2 * PAGE), new Exit(1)).fixup(0, 1);
        assertEquals(new ProgramEnd.Exited(1), m.end(run));
        assertEquals(1, run.minorFaults());
        assertEquals(0, m.counts().fixups());
        m.close();
        var ring = m.m.cpu(0).ring();
        boolean found = false;
        for (int i = 0; i < ring.size(); i++) {
            found |= ring.event(i) == Tracepoint.PAGE_FAULT_KERNEL && ring.a(i) == 2 * PAGE;
        }
        assertTrue(found);
    }

    @Test
    void takesAPageFaultForABadAccessWhereItMustNotSleep() {
        m.space.map(2, 1, Backing.ANONYMOUS, true);
        var run =
                m.kernel(new Load(0, 2 * PAGE), new Exit(1), new Exit(2))
                        .fixup(0, 2)
                        .setPageFaultsDisabled(true);
        assertEquals(new ProgramEnd.Exited(2), m.end(run));
        assertEquals(0, run.minorFaults());
    }

    @Test
    void writesAnOopsAndEndsTheTask() {
        var run = m.kernel(new Nop(), new Load(0, 16), new Exit(1));
        var end = (ProgramEnd.Oopsed) m.end(run);
        Oops oops = end.oops();
        assertEquals(ExceptionCause.PAGE_FAULT, oops.cause());
        assertEquals(14, oops.number());
        assertEquals(16, oops.address());
        assertEquals(
                """
                BUG: unable to handle page fault for address: 0000000000000010: 0000
                CPU: 0 PID: %d Comm: module RIP: module+1 preempt_count: 0 kernel\
                """
                        .formatted(oops.pid()),
                oops.text());
        assertEquals(1, m.traps.oopses().size());
        assertNull(m.traps.panic(), "the machine goes on");
        m.m.inInterrupt(0, cpu -> {});
    }

    @Test
    void writesAnOopsForABreakpointThatNobodySet() {
        var end = (ProgramEnd.Oopsed) m.end(m.kernel(new Breakpoint(), new Exit(0)));
        assertEquals("int3", end.oops().reason());
    }

    @Test
    void panicsOnADoubleFaultAndNeverReturns() {
        m.idt.set(0, null);
        m.idt.set(13, null);
        var run = m.user(new Divide(0, 1), new Exit(0));
        var end = (ProgramEnd.Panicked) m.end(run);
        assertSame(end.oops(), m.traps.panic());
        assertEquals("double fault", end.oops().reason());
        assertTrue(m.m.machine().smp().stopping());
    }

    @Test
    void shutsOneCpuDownAtATripleFaultWhileTheOtherGoesOn() {
        m.idt.set(0, null);
        m.idt.set(13, null);
        m.idt.set(8, null);
        var run = m.user(new Divide(0, 1), new Exit(0));
        assertEquals(new ProgramEnd.CpuShutdown(), m.end(run));
        var shutdown = m.m.cpu(0).hw().shutdown();
        assertTrue(shutdown.down());
        for (int i = 0; i < 10; i++) {
            m.m.inInterrupt(1, cpu -> assertEquals(1, cpu.id()));
        }
        assertTrue(shutdown.down());
        shutdown.init();
        Threads.await("idle", () -> m.m.cpu(0).current().name().startsWith("cpu/"));
        m.m.inInterrupt(0, cpu -> assertEquals(0, cpu.id()));
    }

    @Test
    void endsAMachineWithACpuThatIsDown() {
        m.idt.set(0, null);
        m.idt.set(13, null);
        m.idt.set(8, null);
        m.end(m.user(new Divide(0, 1), new Exit(0)));
    }

    @Test
    void haltsInTheKernelUntilAnNmi() {
        m.m.machine().nmis(0).add(cpu -> true);
        var run =
                m.kernel(new DisableInterrupts(), new Halt(), new EnableInterrupts(), new Exit(6));
        m.m.start();
        Threads.await("halted", () -> run.core().pc() == 2);
        assertNull(run.end());
        m.m.cpu(0).hw().nmi().raise();
        assertEquals(new ProgramEnd.Exited(6), m.await(run));
    }

    @Test
    void panicsOnAnOopsWhereTheSettingsSaySo() {
        try (var strict = new ProgramMachine(TrapSettings.defaults().withPanicOnOops())) {
            var run = strict.place(1, GuestProgram.kernel("module", new Divide(0, 1)));
            var end = (ProgramEnd.Panicked) strict.end(run);
            assertEquals("divide error", end.oops().reason());
            assertEquals(1, end.oops().cpu());
            assertSame(end.oops(), strict.traps.panic());
        }
    }
}
