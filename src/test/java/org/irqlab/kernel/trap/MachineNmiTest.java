package org.irqlab.kernel.trap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.trace.TraceFlags;
import org.irqlab.base.trace.TraceRing;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.cpu.exception.ExceptionCause;
import org.irqlab.hw.cpu.exception.GuestInstruction.DisableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.EnableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Exit;
import org.irqlab.hw.cpu.exception.GuestInstruction.JumpIfZero;
import org.irqlab.hw.cpu.exception.GuestInstruction.LoadImmediate;
import org.irqlab.hw.cpu.exception.GuestInstruction.Nop;
import org.irqlab.hw.cpu.exception.GuestInstruction.ReadMsr;
import org.irqlab.hw.cpu.exception.GuestInstruction.SystemCall;
import org.irqlab.hw.cpu.exception.GuestInstruction.Undefined;
import org.irqlab.hw.cpu.exception.GuestInstruction.WriteMsr;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.apic.ApicMsrs;
import org.irqlab.hw.intc.apic.LocalApic;
import org.irqlab.hw.intc.apic.Lvt;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.TimeUnit;

/** NMIs and faults that begin in the local APIC, on a running machine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class MachineNmiTest {
    private static final int NMI_MODE = 4 << 8;
    private static final int INIT = 5 << 8 | 1 << 14;
    private static final int STARTUP = 6 << 8;
    private static final int STORM = 2_000;

    private final ProgramMachine p = new ProgramMachine();
    private final ApicController apics = (ApicController) p.m.machine().controller();
    private final LocalApic apic = apics.port(0);
    private final NmiDispatch nmis = p.m.machine().nmis(0);
    // CPU 0 only.
    private boolean overflowed;

    @AfterEach
    void close() {
        p.close();
    }

    /** Knows the NMIs of the performance counter, and no others. */
    private void addCounterHandler() {
        nmis.add(
                cpu -> {
                    boolean mine = overflowed;
                    overflowed = false;
                    if (mine) {
                        apic.writeLvt(Lvt.PERFORMANCE, NMI_MODE);
                    }
                    return mine;
                },
                p.m.machine().names().id("perf_event_nmi_handler"));
    }

    private void awaitNmis(long handled, long unknown) {
        Threads.await(
                handled + " handled, " + unknown + " unknown",
                () -> {
                    boolean[] done = new boolean[1];
                    p.m.inInterrupt(
                            0,
                            cpu ->
                                    done[0] =
                                            nmis.handled() == handled && nmis.unknown() == unknown);
                    return done[0];
                });
    }

    @Test
    void reachesTheHandlersByAMessageOfADevice() {
        nmis.add(cpu -> true);
        p.m.start();
        long address = apics.messageAddress(0, 0x40);
        assertSame(FireOutcome.LATCHED, apics.message(address, NMI_MODE | 0x40));
        awaitNmis(1, 0);
        p.m.inInterrupt(0, cpu -> assertEquals(0, p.m.machine().nmis(1).unknown()));
    }

    @Test
    void tellsTheCountersOwnNmisFromThoseOfThePin() {
        addCounterHandler();
        p.m.start();
        p.m.inInterrupt(
                0,
                cpu -> {
                    apic.writeLvt(Lvt.PERFORMANCE, NMI_MODE);
                    apic.writeLvt(Lvt.LINT1, NMI_MODE);
                    for (int i = 0; i < 2; i++) {
                        overflowed = true;
                        assertSame(FireOutcome.LATCHED, apic.localInterrupt(Lvt.PERFORMANCE));
                        cpu.hw().poll();
                    }
                });
        awaitNmis(2, 0);
        apic.driveLint(Lvt.LINT1, true);
        awaitNmis(2, 1);
        p.m.inInterrupt(0, cpu -> apic.writeLvt(Lvt.LINT1, Lvt.MASKED | NMI_MODE));
        apic.driveLint(Lvt.LINT1, false);
        apic.driveLint(Lvt.LINT1, true);
        awaitNmis(2, 1);
    }

    @Test
    void isMaskedByItsOwnDeliveryUntilTheHandlerUnmasks() {
        nmis.add(cpu -> true);
        p.m.start();
        p.m.inInterrupt(
                0,
                cpu -> {
                    apic.writeLvt(Lvt.PERFORMANCE, NMI_MODE);
                    apic.localInterrupt(Lvt.PERFORMANCE);
                    cpu.hw().poll();
                    assertSame(FireOutcome.DROPPED_DISABLED, apic.localInterrupt(Lvt.PERFORMANCE));
                });
        awaitNmis(1, 0);
    }

    @Test
    void doesNotWaitForTheFlag() {
        var at = new ArrayList<Long>();
        var run =
                p.kernel(
                        new DisableInterrupts(),
                        new SystemCall(),
                        new Nop(),
                        new Nop(),
                        new EnableInterrupts(),
                        new LoadImmediate(1, 5),
                        new Nop(),
                        new Exit(0));
        nmis.add(cpu -> at.add((long) run.core().pc()));
        p.traps.setSystemCalls((program, number, core) -> {
            program.cpu().nmi().raise();
            return 0;
        });
        assertEquals(new ProgramEnd.Exited(0), p.end(run));
        assertEquals(List.of(2L), at, "before the instruction behind, the flag still off");
        p.m.inInterrupt(0, cpu -> assertEquals(1, nmis.handled()));
    }

    @Test
    void neverComesInTheShadowHoweverManyAreRaised() {
        var random = new Random(1);
        var at = new ConcurrentSkipListSet<Integer>();
        var run =
                p.kernel(
                        new DisableInterrupts(),
                        new EnableInterrupts(),
                        new Nop(),
                        new JumpIfZero(7, 0),
                        new Exit(0));
        nmis.add(cpu -> {
            at.add(run.core().pc());
            boolean enough = nmis.handled() >= STORM && at.containsAll(List.of(1, 3));
            run.core().setRegister(7, enough ? 1 : 0);
            return true;
        });
        p.m.start();
        while (run.end() == null) {
            p.m.cpu(0).hw().nmi().raise();
            for (int spin = random.nextInt(300); spin > 0; spin--) {
                Thread.onSpinWait();
            }
        }
        assertEquals(new ProgramEnd.Exited(0), run.end());
        assertFalse(at.contains(2), "the instruction behind STI comes first");
    }

    @Test
    void letsARefusedMsrGoToTheKernel() {
        var run =
                p.kernel(
                        new LoadImmediate(0, 1),
                        new WriteMsr(0x832, 0),
                        new Exit(1),
                        new ReadMsr(2, ApicMsrs.IA32_APIC_BASE),
                        new Exit(0));
        run.fixup(1, 3);
        assertEquals(new ProgramEnd.Exited(0), p.end(run), "x2APIC registers fault in xAPIC mode");
        assertEquals(1, p.counts().fixups());
        assertEquals(1, p.counts().traps(ExceptionCause.PROTECTION));
        assertEquals(0xfee0_0900L, run.core().register(2));
    }

    @Test
    void killsAUserProgramThatTouchesAnMsr() {
        var run = p.user(new ReadMsr(0, ApicMsrs.IA32_APIC_BASE), new Exit(0));
        assertEquals(new ProgramEnd.Killed(Signal.SIGSEGV), p.end(run));
    }

    @Test
    void bringsACpuThatIsShutDownBackByInitAndStartup() {
        for (int vector : new int[] {6, 8, 13}) {
            p.idt.set(vector, null);
        }
        assertEquals(new ProgramEnd.CpuShutdown(), p.end(p.user(new Undefined(), new Exit(0))));
        var hw = p.m.cpu(0).hw();
        assertTrue(hw.shutdown().down());
        long address = apics.messageAddress(0, 0x40);
        apics.message(address, INIT);
        Threads.await("INIT", () -> hw.signals().inits() == 1);
        assertTrue(apic.signals().waitsForStartup());
        apics.message(address, STARTUP | 7);
        p.m.inInterrupt(0, cpu -> assertFalse(hw.shutdown().down()));
        assertEquals(0x1ff, apic.svr());
    }

    @Test
    void marksItsEventsInTheTrace() {
        addCounterHandler();
        p.m.start();
        p.m.inInterrupt(
                0,
                cpu -> {
                    overflowed = true;
                    cpu.hw().nmi().raise();
                    cpu.hw().poll();
                });
        p.close();
        TraceRing ring = p.m.cpu(0).ring();
        int found = 0;
        for (int i = 0; i < ring.size(); i++) {
            if (ring.event(i) == Tracepoint.NMI_HANDLER) {
                found++;
                assertEquals('Z', TraceFlags.context(ring.flags(i)));
                assertEquals("perf_event_nmi_handler", p.m.machine().names().name((int) ring.a(i)));
                assertTrue(ring.b(i) >= 0);
                assertEquals(1, ring.c(i));
            }
        }
        assertEquals(1, found);
    }
}
