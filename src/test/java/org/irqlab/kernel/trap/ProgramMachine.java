package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.GuestInstruction;
import org.irqlab.hw.cpu.exception.GuestMemory;
import org.irqlab.hw.cpu.exception.GuestProgram;
import org.irqlab.hw.cpu.exception.InterruptDescriptorTable;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;

/** A machine of two CPUs with exception handlers, and programs that are run to their end. */
final class ProgramMachine implements AutoCloseable {
    static final long PAGE = GuestMemory.PAGE_BYTES;

    final TestMachine m =
            new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1).withTrace(10_000));
    final InterruptDescriptorTable idt = new InterruptDescriptorTable();
    final KernelTraps traps;
    final AddressSpace space = new AddressSpace(new GuestMemory(16));

    ProgramMachine(TrapSettings settings) {
        traps = KernelTraps.x86(m.machine().smp(), idt, settings);
    }

    ProgramMachine() {
        this(TrapSettings.defaults());
    }

    /** A program of user mode on CPU 0. Before the start. */
    ProgramRun user(GuestInstruction... instructions) {
        return place(0, GuestProgram.user("prog", instructions));
    }

    /** A program of kernel mode on CPU 0. Before the start. */
    ProgramRun kernel(GuestInstruction... instructions) {
        return place(0, GuestProgram.kernel("module", instructions));
    }

    ProgramRun place(int cpu, GuestProgram program) {
        ProgramRun run = traps.run(program, space);

        m.userTask(cpu, program.name(), run);
        return run;
    }

    /** Starts the machine and waits for the end of {@code run}. */
    ProgramEnd end(ProgramRun run) {
        m.start();
        return await(run);
    }

    ProgramEnd await(ProgramRun run) {
        Threads.await("end of " + run.core().program().name(), () -> run.end() != null);
        return run.end();
    }

    TrapCounts counts() {
        return traps.counts(0);
    }

    @Override
    public void close() {
        m.close();
    }
}
