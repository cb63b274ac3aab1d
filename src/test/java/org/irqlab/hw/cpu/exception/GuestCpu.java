package org.irqlab.hw.cpu.exception;

import org.irqlab.hw.cpu.GuestThread;
import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.support.FakePort;

import java.util.ArrayList;
import java.util.List;

/**
 * A CPU without a kernel: gates that log, interrupts and NMIs through the table. One thread only.
 */
final class GuestCpu {
    final FakePort port = new FakePort();
    final VirtualCpu cpu =
            new VirtualCpu(0, GuestThread.ANY_CORE, port, new HaltLine(), new NoiseMeter(50_000));
    final InterruptDescriptorTable idt = new InterruptDescriptorTable();
    final X86Exceptions x86 = new X86Exceptions(idt);
    final GuestMemory memory = new GuestMemory(8);
    final List<String> log = new ArrayList<>();

    GuestCore core;

    /** A handler that writes the vector into the log, and then does {@code more}. */
    TrapHandler logging(TrapHandler more) {
        return frame -> {
            log.add(frame.number() + "@" + frame.pc());
            more.handle(frame);
        };
    }

    TrapHandler logging() {
        return logging(frame -> {});
    }

    /** Gives every vector an interrupt gate that logs. */
    GuestCpu withAllGates() {
        for (int vector = 0; vector < InterruptDescriptorTable.VECTORS; vector++) {
            boolean interrupt = vector >= X86Exception.VECTORS;
            idt.set(vector, Gate.interrupt(interrupt ? ending() : logging()));
        }
        return this;
    }

    /** A handler that logs and ends the interrupt at the controller. */
    TrapHandler ending() {
        return logging(frame -> {
            if (frame.kind() == ExceptionClass.INTERRUPT) {
                port.endOfInterrupt();
            }
        });
    }

    /** Loads a program. */
    GuestCore load(GuestProgram program) {
        core = new GuestCore(program, memory, () -> cpu, x86);
        cpu.setEntry(core::interrupt);
        cpu.nmi().setEntry(core::nmi);
        return core;
    }

    /** Runs a program to its end; at most 10,000 steps. */
    StepResult run(GuestProgram program) {
        load(program);
        for (int step = 0; step < 10_000; step++) {
            StepResult result = core.step();
            if (result != StepResult.RUNNING) {
                return result;
            }
        }
        return StepResult.RUNNING;
    }
}
