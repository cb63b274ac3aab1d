package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.hw.cpu.exception.CpuMode;
import org.irqlab.hw.cpu.exception.GuestContext;
import org.irqlab.hw.cpu.exception.GuestCore;
import org.irqlab.hw.cpu.exception.GuestProgram;
import org.irqlab.hw.cpu.exception.StepResult;
import org.irqlab.hw.cpu.exception.TrapFrame;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/**
 * One guest program and the kernel's state of it: the body of a task.
 *
 * <p><b>Threads.</b> Furnished before its task is first woken; then that task. {@link #end} any,
 * once it is not null.
 */
public final class ProgramRun implements Consumer<Task>, GuestContext {
    private static final long SHUTDOWN_LOOK_NS = 1_000_000;

    private final KernelTraps traps;
    private final GuestCore core;
    private final AddressSpace space;
    private final Map<Signal, SignalAction> actions = new EnumMap<>(Signal.class);
    private final Map<Integer, Integer> fixups = new HashMap<>();
    private final EnumSet<Signal> pending = EnumSet.noneOf(Signal.class);
    private final Deque<Runnable> taskWork = new ArrayDeque<>();
    private final FaultRepeats repeats = new FaultRepeats();
    private Task task;
    private boolean pageFaultsDisabled;
    private long minorFaults;
    private long majorFaults;
    private ProgramEnd ending;

    // Written once by the task, last of all; then read by any thread.
    private volatile ProgramEnd end;

    ProgramRun(KernelTraps traps, GuestProgram program, AddressSpace space) {
        this.traps = traps;
        this.space = space;
        core = new GuestCore(program, space.memory(), this, traps.delivery());
    }

    /** Sets the program's handler of a signal; without one, the signal ends the program. */
    public ProgramRun onSignal(Signal signal, SignalAction action) {
        actions.put(signal, action);
        return this;
    }

    /** A fault of the instruction {@code at}, in kernel mode, goes on at {@code resumeAt}. */
    public ProgramRun fixup(int at, int resumeAt) {
        fixups.put(at, resumeAt);
        return this;
    }

    /** Makes page faults of kernel mode bad accesses, as pagefault_disable() does. */
    public ProgramRun setPageFaultsDisabled(boolean disabled) {
        pageFaultsDisabled = disabled;
        return this;
    }

    /** Executes the program, until it ends or the machine stops. */
    @Override
    public void accept(Task self) {
        task = self;
        self.setInSyscall(core.mode() == CpuMode.KERNEL);
        StepResult result = StepResult.RUNNING;
        while (result == StepResult.RUNNING && !kernelCpu().smp().stopping()) {
            result = core.step();
        }
        kernelCpu().hw().irqDisable();
        end =
                switch (result) {
                    case RUNNING -> new ProgramEnd.Stopped();
                    case EXITED -> new ProgramEnd.Exited(core.status());
                    case ENDED -> ending;
                    case SHUTDOWN -> new ProgramEnd.CpuShutdown();
                };
        if (result == StepResult.SHUTDOWN) {
            stayDown();
        }
        kernelCpu().hw().irqEnable();
    }

    /** The CPU is dead with whoever holds it. */
    private void stayDown() {
        var shutdown = cpu().shutdown();
        while (shutdown.down() && !kernelCpu().smp().stopping()) {
            shutdown.await(SHUTDOWN_LOOK_NS);
            cpu().signals().take();
        }
        cpu().nmi().reset();
    }

    /** Ends the program instead of returning to it; the reason that comes first is kept. */
    void end(ProgramEnd how, TrapFrame frame) {
        ending = ending == null ? how : ending;
        frame.end();
    }

    /** What is done on the way back to user mode, until nothing is left. */
    void exitToUser(TrapFrame frame) {
        do {
            kernelCpu().scheduler().reschedulePoint();
            while (!taskWork.isEmpty() && ending == null) {
                taskWork.remove().run();
            }
            while (!pending.isEmpty() && ending == null) {
                deliver(pending.iterator().next(), frame);
            }
        } while (ending == null && kernelCpu().scheduler().needResched());
    }

    private void deliver(Signal signal, TrapFrame frame) {
        pending.remove(signal);
        SignalAction action = actions.get(signal);
        if (action == null) {
            end(new ProgramEnd.Killed(signal), frame);
        } else {
            action.handle(signal, frame);
        }
    }

    void send(Signal signal) {
        pending.add(signal);
    }

    void addTaskWork(Runnable work) {
        taskWork.add(work);
    }

    Integer fixupOf(int at) {
        return fixups.get(at);
    }

    FaultRepeats repeats() {
        return repeats;
    }

    void countFault(boolean major) {
        if (major) {
            majorFaults++;
        } else {
            minorFaults++;
        }
    }

    boolean pageFaultsDisabled() {
        return pageFaultsDisabled;
    }

    Task task() {
        return task;
    }

    KernelCpu kernelCpu() {
        return task.cpu();
    }

    @Override
    public VirtualCpu cpu() {
        return task.cpu().hw();
    }

    public GuestCore core() {
        return core;
    }

    public AddressSpace addressSpace() {
        return space;
    }

    /** Returns how the program ended, or null while it runs. */
    public ProgramEnd end() {
        return end;
    }

    public long minorFaults() {
        return minorFaults;
    }

    public long majorFaults() {
        return majorFaults;
    }
}
