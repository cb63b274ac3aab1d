package org.irqlab.kernel.irq.line;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskExit;

/**
 * Calls the handlers of a line, and survives what they do.
 *
 * @see "Linux kernel/irq/handle.c, __handle_irq_event_percpu"
 */
final class HandlerRun {
    /** A result that no handler may return; beyond the bits of {@link IrqReturn}. */
    static final int BAD = 4;

    private HandlerRun() {}

    /**
     * Runs the handlers from {@code first} on and tells the detector; returns the OR of results.
     */
    @HotPath
    static int runAndNote(IrqDescriptor line, IrqAction first, KernelCpu cpu) {
        int result = 0;
        for (IrqAction action = first; action != null; action = action.next) {
            result |= runOne(line, action, cpu);
        }
        note(line, result, cpu);
        return result;
    }

    @HotPath
    static void note(IrqDescriptor line, int result, KernelCpu cpu) {
        if (!line.spurious.fine(result) || line.core.fixesUp()) {
            line.core.noteSlowly(line, result, cpu);
        }
    }

    /** Runs one handler; returns its {@link IrqReturn} as bits, or {@link #BAD}. */
    @HotPath
    static int runOne(IrqDescriptor line, IrqAction action, KernelCpu cpu) {
        if (Checks.ON) {
            Checks.invariant(!cpu.hw().irqsEnabled(), "I-20: handler entered with interrupts on");
        }
        cpu.trace(Tracepoint.IRQ_HANDLER_ENTRY, line.irq(), action.nameId(), 0);
        long mark = cpu.contextMark();
        cpu.setHardirqThreadable(action.mayThread() && !line.perCpu);
        int result =
                line.core.budget() == null
                        ? call(line, action.topHalf(), cpu)
                        : callTimed(line, action, cpu);
        cpu.setHardirqThreadable(false);
        cpu.trace(Tracepoint.IRQ_HANDLER_EXIT, line.irq(), result & ~BAD, 0);
        if (cpu.hw().irqsEnabled()) {
            cpu.hw().irqDisable();
            cpu.repairPreemptCount(cpu.preemptCount());
            line.core.error(IrqError.IRQS_LEFT_ON, line, cpu);
        }
        cpu.checkReturn(mark, "irq handler", action.name());
        if (result == IrqReturn.WAKE_THREAD.ordinal()) {
            if (action.thread() == null) {
                line.core.error(IrqError.NO_THREAD, line, cpu);
            } else {
                action.thread().wake(cpu);
            }
        }
        return result;
    }

    private static int callTimed(IrqDescriptor line, IrqAction action, KernelCpu cpu) {
        long began = HostClock.nowNs();
        int result = call(line, action.topHalf(), cpu);
        line.core.budget().spent(line.irq(), action.name(), HostClock.nowNs() - began, cpu);
        return result;
    }

    /** Calls a top half or a thread function. */
    @HotPath
    static int call(IrqDescriptor line, IrqHandler handler, KernelCpu cpu) {
        IrqReturn result;
        try {
            result = handler.handle(cpu);
        } catch (TaskExit | IllegalStateException e) {
            // The end of the machine, or a bug of irqlab itself.
            throw e;
        } catch (RuntimeException e) {
            line.core.handlerThrew(line, e, cpu);
            return 0;
        }
        if (result == null) {
            line.core.error(IrqError.BAD_RETURN, line, cpu);
            return BAD;
        }
        return result.ordinal();
    }
}
