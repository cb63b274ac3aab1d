package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.irq.IrqError;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * What becomes of lines when a CPU goes or comes.
 *
 * <p>A line moves to the other CPUs of its mask, or, where there are none, to any; a managed one is
 * shut down instead until one of them returns. What was latched on the CPU that goes is sent again.
 *
 * @see "Linux kernel/irq/cpuhotplug.c; arch/x86/kernel/irq.c, fixup_irqs"
 */
public final class IrqHotplug {
    private final IrqCore core;
    private final Platform platform;

    /** What of it is the platform's. */
    public interface Platform {
        /** {@code cpu}, whose holder calls with interrupts off, gets no new lines. */
        void offline(KernelCpu cpu);

        /**
         * The lines have left {@code cpu}, whose holder calls: sends again what is latched there.
         */
        void settle(KernelCpu cpu);

        /** {@code cpu}, whose holder calls, may get lines again. */
        void online(KernelCpu cpu);
    }

    public IrqHotplug(IrqCore core, Platform platform) {
        this.core = core;
        this.platform = platform;
    }

    /** {@code cpu}, whose holder calls with interrupts off, takes no more interrupts of lines. */
    public void goesDown(KernelCpu cpu) {
        core.setOnline(core.online().without(cpu.id()));
        platform.offline(cpu);
        for (IrqDescriptor line : core.lines()) {
            line.lock.lock(cpu.id());
            boolean broken = migrate(line, cpu);
            line.lock.unlock(cpu.id());
            if (broken) {
                core.error(IrqError.AFFINITY_BROKEN, line, cpu);
            }
        }
        platform.settle(cpu);
    }

    /** With the line's lock; returns whether the line had to leave its mask. */
    private boolean migrate(IrqDescriptor line, KernelCpu cpu) {
        if (line.chip == null) {
            return false;
        }
        line.chip.forceCompleteMove(line.binding, cpu);
        if (line.perCpu || !line.started || !line.effective.contains(cpu.id())) {
            dropPendingMove(line);
            return false;
        }
        dropPendingMove(line);
        CpuMask wanted = line.movePending ? line.pendingAffinity : line.affinity;
        line.movePending = false;
        boolean moveMasked =
                !line.chip.flags().contains(IrqChipFlag.MOVE_IN_PROCESS_CONTEXT) && !line.masked;
        if (moveMasked) {
            line.chip.mask(line.binding, cpu);
        }
        if (!wanted.intersects(core.online()) && line.managed) {
            shutDown(line, moveMasked, cpu);
            return false;
        }
        boolean broken = move(line, wanted, cpu);
        if (moveMasked) {
            line.chip.unmask(line.binding, cpu);
        }
        return broken;
    }

    private static void shutDown(IrqDescriptor line, boolean maskedAlready, KernelCpu cpu) {
        line.masked |= maskedAlready;
        line.managedShutdown = true;
        LineSwitch.shutdownAndDeactivate(line, cpu);
    }

    private boolean move(IrqDescriptor line, CpuMask wanted, KernelCpu cpu) {
        boolean broken = !wanted.intersects(core.online());
        IrqResult result = LineAffinity.apply(line, broken ? core.online() : wanted, cpu);
        if (result == IrqResult.ENOSPC && !line.managed && !broken) {
            broken = true;
            result = LineAffinity.apply(line, core.online(), cpu);
        }
        return broken && result.ok();
    }

    private void dropPendingMove(IrqDescriptor line) {
        if (line.movePending && !line.pendingAffinity.intersects(core.online())) {
            line.movePending = false;
        }
    }

    /** {@code cpu} takes interrupts again; its managed lines start. By its holder. */
    public void comesUp(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        core.setOnline(core.online().with(cpu.id()));
        platform.online(cpu);
        for (IrqDescriptor line : core.lines()) {
            line.lock.lock(cpu.id());
            if (line.managed && line.actions != null && line.affinity.contains(cpu.id())) {
                restore(line, cpu);
            }
            line.lock.unlock(cpu.id());
        }
        cpu.hw().irqRestore(irqs);
    }

    private static void restore(IrqDescriptor line, KernelCpu cpu) {
        if (line.managedShutdown) {
            LineSwitch.startupManaged(line, cpu);
        }
        if (line.activated && !line.chip.flags().contains(IrqChipFlag.SINGLE_TARGET)) {
            LineAffinity.set(line, line.affinity, cpu);
        }
    }
}
