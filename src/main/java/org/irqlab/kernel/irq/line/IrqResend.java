package org.irqlab.kernel.irq.line;

import org.irqlab.base.Checks;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.Tasklet;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Sends interrupts again that were remembered: by the hardware if it can, else from a tasklet that
 * calls the flow handler.
 *
 * <p>Levels are never sent again: a device that still wants something holds its line. At most one
 * resend of a line is on its way (REPLAY); the flow that takes it ends that.
 *
 * <p><b>Threads.</b> Any holder, interrupts off, with the line's lock.
 *
 * @see "Linux kernel/irq/resend.c, check_irq_resend"
 */
final class IrqResend {
    private final IrqCore core;
    private final RawSpinLock lock = new RawSpinLock();
    private final Tasklet tasklet;

    // Guarded by lock, which is taken inside a line's lock and never the other way round.
    private final Deque<IrqDescriptor> lines = new ArrayDeque<>();

    IrqResend(IrqCore core) {
        this.core = core;
        tasklet = new Tasklet(this::run, 0, 0);
    }

    /**
     * Sends the line's interrupt again if one is remembered.
     *
     * @param inject even if none is
     * @return EINVAL for a level or where there is no way, EBUSY if one is on its way already
     */
    IrqResult check(IrqDescriptor line, boolean inject, KernelCpu cpu) {
        if (line.level) {
            line.pending = false;
            return IrqResult.EINVAL;
        }
        if (line.replay) {
            return IrqResult.EBUSY;
        }
        if (!line.pending && !inject) {
            return IrqResult.OK;
        }
        if (Checks.ON) {
            Checks.invariant(!line.level, "I-13: level of irq " + line.irq() + " sent again");
        }
        line.pending = false;
        if (line.chip.retrigger(line.binding, cpu) || queue(line, cpu)) {
            line.replay = true;
            line.counts.resent++;
            return IrqResult.OK;
        }
        return IrqResult.EINVAL;
    }

    private boolean queue(IrqDescriptor line, KernelCpu cpu) {
        if (line.flow == FlowHandler.NESTED
                || line.chip.flags().contains(IrqChipFlag.ENFORCE_IRQ_CONTEXT)) {
            return false;
        }
        lock.lock(cpu.id());
        if (!lines.contains(line)) {
            lines.add(line);
        }
        lock.unlock(cpu.id());
        core.host().schedule(tasklet, cpu);
        return true;
    }

    /** The line goes down: nothing is to be sent any more. */
    void clear(IrqDescriptor line, KernelCpu cpu) {
        line.replay = false;
        lock.lock(cpu.id());
        lines.remove(line);
        lock.unlock(cpu.id());
    }

    /** The tasklet: calls the flow handlers. Softirq context. */
    void run(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        for (IrqDescriptor line = next(cpu); line != null; line = next(cpu)) {
            line.handle(cpu);
        }
        cpu.hw().irqRestore(irqs);
    }

    private IrqDescriptor next(KernelCpu cpu) {
        lock.lock(cpu.id());
        IrqDescriptor line = lines.poll();
        lock.unlock(cpu.id());
        return line;
    }
}
