package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.Arm64Exceptions;
import org.irqlab.hw.cpu.exception.CpuMode;
import org.irqlab.hw.cpu.exception.ExceptionCause;
import org.irqlab.hw.cpu.exception.ExceptionClass;
import org.irqlab.hw.cpu.exception.ExceptionDelivery;
import org.irqlab.hw.cpu.exception.Gate;
import org.irqlab.hw.cpu.exception.GuestProgram;
import org.irqlab.hw.cpu.exception.InterruptDescriptorTable;
import org.irqlab.hw.cpu.exception.TrapFrame;
import org.irqlab.hw.cpu.exception.X86Exception;
import org.irqlab.hw.cpu.exception.X86Exceptions;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.Smp;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * The exception handlers of one machine: installed in the gates or vectors of its architecture, and
 * one for both.
 *
 * <p><b>Threads.</b> Made before the machine starts; handlers run in the task that raised; {@link
 * #oopses} and {@link #panic} any.
 *
 * @see "Linux arch/x86/kernel/traps.c; arch/arm64/kernel/entry-common.c, traps.c"
 */
public final class KernelTraps {
    /** The vector of the 32-bit system call, the one that user mode may raise. */
    public static final int SYSTEM_CALL_VECTOR = 0x80;

    private final ExceptionDelivery delivery;
    private final TrapSettings settings;
    private final Signal lackOfPrivilege;
    private final TrapCounts[] counts;
    private final PageFaults pageFaults = new PageFaults(this);
    private final MachineChecks machineChecks = new MachineChecks(this);
    private final List<Oops> oopses = new CopyOnWriteArrayList<>();
    private final AtomicReference<Oops> panic = new AtomicReference<>();
    private SystemCalls systemCalls = SystemCalls.NONE;

    private KernelTraps(
            Smp smp, ExceptionDelivery delivery, TrapSettings settings, Signal lackOfPrivilege) {
        this.delivery = delivery;
        this.settings = settings;
        this.lackOfPrivilege = lackOfPrivilege;
        counts = new TrapCounts[smp.count()];
        for (int cpu = 0; cpu < counts.length; cpu++) {
            counts[cpu] = new TrapCounts();
        }
    }

    /**
     * Fills {@code idt} as Linux does: interrupt gates, of which user mode may use breakpoint and
     * vector 0x80.
     */
    public static KernelTraps x86(Smp smp, InterruptDescriptorTable idt, TrapSettings settings) {
        var x86 = new X86Exceptions(idt);
        var traps = new KernelTraps(smp, x86, settings, Signal.SIGSEGV);
        for (int vector = 0; vector < X86Exception.VECTORS; vector++) {
            X86Exception exception = X86Exception.of(vector);
            if (exception != null && exception.cause() != null) {
                idt.set(vector, Gate.interrupt(traps::handle));
            }
        }
        int breakpoint = X86Exception.BP.vector();
        idt.set(breakpoint, idt.gate(breakpoint).forUser());
        idt.set(SYSTEM_CALL_VECTOR, Gate.interrupt(traps::handle).forUser());
        x86.setSystemCall(traps::handle);
        return traps;
    }

    public static KernelTraps x86(Smp smp) {
        return x86(smp, new InterruptDescriptorTable(), TrapSettings.defaults());
    }

    /** Fills a vector table. */
    public static KernelTraps arm64(Smp smp, TrapSettings settings) {
        var arm64 = new Arm64Exceptions();
        var traps = new KernelTraps(smp, arm64, settings, Signal.SIGILL);
        for (CpuMode from : CpuMode.values()) {
            arm64.set(from, Arm64Exceptions.Vector.SYNCHRONOUS, traps::handle);
            arm64.set(from, Arm64Exceptions.Vector.SYSTEM_ERROR, traps::handle);
        }
        return traps;
    }

    /** Sets what system calls do. Before the machine starts. */
    public void setSystemCalls(SystemCalls calls) {
        systemCalls = calls;
    }

    /** Makes the body of a task that executes {@code program}. */
    public ProgramRun run(GuestProgram program, AddressSpace space) {
        return new ProgramRun(this, program, space);
    }

    private void handle(TrapFrame frame) {
        var run = (ProgramRun) frame.core().context();
        counts(run.kernelCpu().id()).trap(frame.cause());
        run.task().setInSyscall(true);
        boolean fault = frame.kind() == ExceptionClass.FAULT;
        long repeats = fault ? run.repeats().note(frame) : 0;
        if (repeats > settings.faultRepeats()) {
            counts(run.kernelCpu().id()).faultLoop();
            run.end(new ProgramEnd.FaultLoop(frame.at(), frame.faultAddress(), repeats), frame);
        } else {
            dispatch(run, frame);
        }
        run.cpu().irqDisable();
        if (frame.fromUser()) {
            run.exitToUser(frame);
        }
        run.task().setInSyscall(!frame.fromUser());
    }

    private void dispatch(ProgramRun run, TrapFrame frame) {
        switch (frame.cause()) {
            case DIVIDE_ERROR -> bad(run, frame, Signal.SIGFPE, "divide error");
            case SINGLE_STEP -> bad(run, frame, Signal.SIGTRAP, "debug");
            case BREAKPOINT -> bad(run, frame, Signal.SIGTRAP, "int3");
            case UNDEFINED_INSTRUCTION -> bad(run, frame, Signal.SIGILL, "invalid opcode");
            case GATE_NOT_PRESENT -> bad(run, frame, Signal.SIGBUS, "segment not present");
            case ALIGNMENT -> bad(run, frame, Signal.SIGBUS, "alignment check");
            case PROTECTION -> bad(run, frame, lackOfPrivilege, "general protection fault");
            case PAGE_FAULT -> pageFaults.handle(run, frame);
            case MACHINE_CHECK -> machineChecks.handle(run, frame);
            case DOUBLE_FAULT -> panic(run, frame, "double fault");
            case SYSTEM_CALL, SOFTWARE_INTERRUPT -> systemCall(run, frame);
            case NMI, INTERRUPT -> {}
        }
    }

    private void systemCall(ProgramRun run, TrapFrame frame) {
        enableInterrupts(run, frame);
        var core = frame.core();
        core.setRegister(0, systemCalls.call(run, core.register(0), core));
    }

    /** Turns interrupts on again if the interrupted code had them on. */
    void enableInterrupts(ProgramRun run, TrapFrame frame) {
        if (frame.interruptFlag()) {
            run.cpu().irqEnable();
        }
    }

    /** Nothing can be done about the cause: a signal, a fix-up, or an oops. */
    void bad(ProgramRun run, TrapFrame frame, Signal signal, String reason) {
        Integer fixup = frame.fromUser() ? null : run.fixupOf(frame.at());
        if (frame.fromUser()) {
            counts(run.kernelCpu().id()).signal(signal);
            run.send(signal);
        } else if (fixup != null) {
            counts(run.kernelCpu().id()).fixup();
            frame.resumeAt(fixup);
        } else {
            oops(run, frame, reason);
        }
    }

    /** Ends the program by a signal that it cannot handle. */
    void kill(ProgramRun run, TrapFrame frame, Signal signal) {
        counts(run.kernelCpu().id()).signal(signal);
        run.end(new ProgramEnd.Killed(signal), frame);
    }

    private void oops(ProgramRun run, TrapFrame frame, String reason) {
        KernelCpu cpu = run.kernelCpu();
        boolean inInterrupt = PreemptCount.inInterrupt(cpu.preemptCount());
        if (inInterrupt || settings.panicOnOops()) {
            panic(run, frame, reason);
            return;
        }
        var oops = Oops.of(reason, frame, cpu);
        counts(cpu.id()).oops();
        oopses.add(oops);
        run.end(new ProgramEnd.Oopsed(oops), frame);
    }

    /** Stops the machine; the first panic is kept. */
    void panic(ProgramRun run, TrapFrame frame, String reason) {
        KernelCpu cpu = run.kernelCpu();
        var oops = Oops.of(reason, frame, cpu);
        counts(cpu.id()).oops();
        oopses.add(oops);
        panic.compareAndSet(null, oops);
        run.end(new ProgramEnd.Panicked(oops), frame);
        cpu.smp().stop();
    }

    public ExceptionDelivery delivery() {
        return delivery;
    }

    /** Returns the counts of one CPU. */
    public TrapCounts counts(int cpu) {
        return counts[cpu];
    }

    /** Returns how often {@code cause} was raised on all CPUs. After the machine has stopped. */
    public long total(ExceptionCause cause) {
        long sum = 0;
        for (TrapCounts each : counts) {
            sum += each.traps(cause);
        }
        return sum;
    }

    /** Returns all oopses and panics, in order. */
    public List<Oops> oopses() {
        return List.copyOf(oopses);
    }

    /** Returns what stopped the machine, or null. */
    public Oops panic() {
        return panic.get();
    }
}
