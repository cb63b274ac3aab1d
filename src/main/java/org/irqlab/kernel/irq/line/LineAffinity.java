package org.irqlab.kernel.irq.line;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * Moves lines from CPU to CPU, with the line's lock held.
 *
 * <p>A chip whose lines cannot be moved behind their back is moved in the line's next interrupt;
 * the wish waits until then.
 *
 * @see "Linux kernel/irq/manage.c, irq_set_affinity_locked; kernel/irq/migration.c"
 */
public final class LineAffinity {
    private LineAffinity() {}

    /**
     * User space wants the line on other CPUs.
     *
     * @return EIO if the kernel keeps the line where it is, EINVAL if no CPU of the mask is online
     */
    public static IrqResult setFromUserSpace(IrqDescriptor line, CpuMask mask, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        line.lock.lock(cpu.id());
        IrqResult result =
                line.managed || line.noBalancing || line.perCpu
                        ? IrqResult.EIO
                        : set(line, mask, cpu);
        line.lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        return result;
    }

    /** A wish: EINVAL if no CPU of {@code mask} is online. */
    static IrqResult set(IrqDescriptor line, CpuMask mask, KernelCpu cpu) {
        if (!mask.intersects(line.core.online())) {
            return IrqResult.EINVAL;
        }
        if (!line.activated) {
            line.affinity = mask;
            return IrqResult.OK;
        }
        boolean now =
                !line.started || line.chip.flags().contains(IrqChipFlag.MOVE_IN_PROCESS_CONTEXT);
        if (now && !line.movePending) {
            IrqResult result = apply(line, mask, cpu);
            if (result != IrqResult.EBUSY) {
                return result;
            }
        }
        line.movePending = true;
        line.pendingAffinity = mask;
        return IrqResult.OK;
    }

    /** Tells the chip, which gets the online CPUs of {@code mask} only. */
    static IrqResult apply(IrqDescriptor line, CpuMask mask, KernelCpu cpu) {
        CpuMask online = mask.and(line.core.online());
        IrqResult result =
                online.isEmpty()
                        ? IrqResult.EINVAL
                        : line.chip.setAffinity(line.binding, online, cpu);
        if (result.ok()) {
            line.affinity = mask;
        }
        return result;
    }

    /** The line starts: it needs a CPU if it has none that is online. */
    static void setupAtStart(IrqDescriptor line, KernelCpu cpu) {
        if (line.perCpu || line.effective.intersects(line.core.online())) {
            return;
        }
        CpuMask mask =
                line.affinity.intersects(line.core.online()) ? line.affinity : line.core.online();
        apply(line, mask, cpu);
    }

    /**
     * Does what was put off until the line's next interrupt. By chips that need it, in their ack.
     */
    @HotPath
    public static void move(IrqDescriptor line, KernelCpu cpu) {
        if (line.movePending && !line.disabled) {
            moveNow(line, cpu);
        }
    }

    private static void moveNow(IrqDescriptor line, KernelCpu cpu) {
        boolean open = !line.masked;
        if (open) {
            line.chip.mask(line.binding, cpu);
        }
        moveMasked(line, cpu);
        if (open) {
            line.chip.unmask(line.binding, cpu);
        }
    }

    /** Does what was put off; the line is masked, in the core or behind its back. */
    public static void moveMasked(IrqDescriptor line, KernelCpu cpu) {
        line.movePending = false;
        CpuMask mask = line.pendingAffinity;
        line.pendingAffinity = CpuMask.NONE;
        if (!mask.intersects(line.core.online())) {
            return;
        }
        if (apply(line, mask, cpu) == IrqResult.EBUSY) {
            // The last move has not ended: with the next interrupt, then.
            line.movePending = true;
            line.pendingAffinity = mask;
        }
    }
}
