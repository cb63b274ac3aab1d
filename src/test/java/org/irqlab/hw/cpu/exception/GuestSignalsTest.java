package org.irqlab.hw.cpu.exception;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.GuestThread;
import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.cpu.LocalTimer;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.hw.cpu.exception.GuestInstruction.Add;
import org.irqlab.hw.cpu.exception.GuestInstruction.EnableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Exit;
import org.irqlab.hw.cpu.exception.GuestInstruction.Halt;
import org.irqlab.hw.cpu.exception.GuestInstruction.LoadImmediate;
import org.irqlab.hw.cpu.exception.GuestInstruction.ReadMsr;
import org.irqlab.hw.cpu.exception.GuestInstruction.SetSingleStep;
import org.irqlab.hw.cpu.exception.GuestInstruction.SoftwareInterrupt;
import org.irqlab.hw.cpu.exception.GuestInstruction.WriteMsr;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.apic.ApicMode;
import org.irqlab.hw.intc.apic.ApicMsrs;
import org.irqlab.hw.intc.apic.ApicOptions;
import org.irqlab.hw.intc.apic.X86Vectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

/** A guest program on a CPU with a local APIC, and no kernel. */
@Timeout(30)
class GuestSignalsTest {
    private static final long ADDRESS = 0xfee0_0000L;
    private static final int INIT = 5 << 8 | 1 << 14;
    private static final int STARTUP = 6 << 8;
    private static final int LVT_TIMER = 0x832;
    private static final int SVR = 0x80f;
    private static final int EOI = 0x80b;
    private static final int TIMER_VECTOR = 0x40;

    private final HaltLine halt = new HaltLine();
    private final ApicController apics =
            new ApicController(List.of(halt), ApicOptions.of(ApicMode.X2APIC));
    private final VirtualCpu cpu =
            new VirtualCpu(0, GuestThread.ANY_CORE, apics.port(0), halt, new NoiseMeter(50_000));
    private final InterruptDescriptorTable idt = new InterruptDescriptorTable();
    private final List<String> log = new ArrayList<>();
    private GuestCore core;

    private StepResult run(GuestInstruction... instructions) {
        return run(GuestProgram.kernel("guest", instructions));
    }

    private StepResult run(GuestProgram program) {
        core = new GuestCore(program, new GuestMemory(1), () -> cpu, new X86Exceptions(idt));
        cpu.setEntry(core::interrupt);
        cpu.nmi().setEntry(core::nmi);
        cpu.signals().connect(core::start);
        cpu.addDevice(new LocalTimer(cpu));
        StepResult result = StepResult.RUNNING;
        while (result == StepResult.RUNNING) {
            result = core.step();
        }
        return result;
    }

    private void signal(int data) {
        apics.message(ADDRESS, data);
    }

    private void logFaults() {
        int protection = X86Exception.GP.vector();
        idt.set(
                protection,
                Gate.interrupt(frame -> {
                    log.add("#GP(" + frame.errorCode() + ")@" + frame.at());
                    frame.resumeAt(frame.at() + 1);
                }));
    }

    @Test
    void beginsAtThePageOfTheStartupWithNothingOfWhatItHad() {
        idt.set(
                0x21,
                Gate.interrupt(frame -> {
                    signal(INIT);
                    signal(STARTUP | 4);
                }));
        assertEquals(
                StepResult.EXITED,
                run(
                        new EnableInterrupts(),
                        new LoadImmediate(3, 77),
                        new SoftwareInterrupt(0x21),
                        new Exit(1),
                        new Add(0, 3),
                        new Exit(2)));
        assertEquals(2, core.status());
        assertEquals(0, core.register(0), "register 3 was reset");
        assertEquals(CpuMode.KERNEL, core.mode());
        assertFalse(cpu.irqsEnabled());
        assertEquals(1, cpu.signals().inits());
        assertEquals(0xff, apics.port(0).svr());
    }

    @Test
    void forgetsTheHandlerInWhichInitCame() {
        idt.set(
                0x21,
                Gate.interrupt(frame -> {
                    signal(INIT);
                    signal(STARTUP | 3);
                    cpu.poll();
                    log.add("code of the handler");
                }));
        assertEquals(
                StepResult.EXITED,
                run(
                        new SetSingleStep(true),
                        new SoftwareInterrupt(0x21),
                        new Exit(1),
                        new Exit(2)));
        assertEquals(2, core.status(), "no return to the program");
        assertFalse(core.singleStep());
        assertEquals(1, log.size());
    }

    @Test
    void keepsInterruptsOffAfterAnInitInTheirHandler() {
        idt.set(
                0x45,
                Gate.interrupt(frame -> {
                    signal(INIT);
                    signal(STARTUP | 3);
                    cpu.poll();
                }));
        apics.sendIpi(0, 0x45);
        run(new EnableInterrupts(), new LoadImmediate(0, 0), new Exit(1), new Exit(2));
        assertEquals(2, core.status());
        assertFalse(cpu.irqsEnabled());
    }

    @Test
    void raisesAGeneralProtectionFaultForAnMsrThatRefuses() {
        logFaults();
        run(
                new LoadImmediate(0, -1),
                new WriteMsr(LVT_TIMER, 0),
                new ReadMsr(1, EOI),
                new WriteMsr(0x9999, 0),
                new ReadMsr(2, LVT_TIMER),
                new Exit(0));
        assertEquals(List.of("#GP(0)@1", "#GP(0)@2", "#GP(0)@3"), log);
        assertEquals(X86Vectors.class, apics.vectors().getClass());
        assertEquals(apics.port(0).lvtTimer(), core.register(2));
    }

    @Test
    void keepsUserModeFromModelSpecificRegisters() {
        logFaults();
        run(
                GuestProgram.user(
                        "user",
                        new ReadMsr(1, ApicMsrs.IA32_APIC_BASE),
                        new WriteMsr(SVR, 1),
                        new Exit(0)));
        assertEquals(List.of("#GP(0)@0", "#GP(0)@1"), log);
        assertEquals(0, core.register(1));
        assertEquals(0x1ff, apics.port(0).svr());
    }

    /** As a kernel does it, by RDTSC and WRMSR; halted in between. */
    @Test
    void interruptsAtTheDeadlineThatAGuestWrites() {
        idt.set(
                TIMER_VECTOR,
                Gate.interrupt(frame -> {
                    log.add("deadline " + apics.port(0).timer().deadline());
                    cpu.port().endOfInterrupt();
                }));
        run(
                new LoadImmediate(0, 2 << 17 | TIMER_VECTOR),
                new WriteMsr(LVT_TIMER, 0),
                new ReadMsr(1, ApicMsrs.IA32_TIME_STAMP_COUNTER),
                new LoadImmediate(2, 2_000_000),
                new Add(1, 2),
                new WriteMsr(ApicMsrs.IA32_TSC_DEADLINE, 1),
                new EnableInterrupts(),
                new Halt(),
                new ReadMsr(3, ApicMsrs.IA32_TIME_STAMP_COUNTER),
                new Exit(0));
        assertEquals(List.of("deadline 0"), log);
        assertTrue(core.register(3) >= core.register(1), "not before its time");
    }

    @Test
    void hasNoSuchInstructionsOnArm64() {
        assertFalse(new Arm64Exceptions().hasModelSpecificRegisters());
    }
}
