package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Set;

/**
 * The hardware side of the lines of one domain: what flow handlers and the management do to a
 * controller.
 *
 * <p>A chip knows a line by its {@link IrqBinding}: hardware number, the binding in the parent
 * domain, and what the chip itself has put there. The layer above keeps count of masks: a line is
 * masked only when it is open, and the other way round.
 *
 * <p><b>Threads.</b> The line's lock is held and interrupts are off, except for {@link
 * #acknowledge} and {@link #endOfInterrupt} of per-CPU lines, where the CPU alone is the owner.
 *
 * @see "Linux include/linux/irq.h, struct irq_chip"
 */
public interface IrqChip {
    /** Returns the name that /proc/interrupts shows. */
    String name();

    default Set<IrqChipFlag> flags() {
        return Set.of();
    }

    /** Holds back further interrupts of the line; the hardware may remember one. */
    void mask(IrqBinding line, KernelCpu cpu);

    void unmask(IrqBinding line, KernelCpu cpu);

    /** The CPU has taken an edge: the next one may be latched. */
    default void acknowledge(IrqBinding line, KernelCpu cpu) {}

    /** Both at once, for chips that have a way. */
    default void maskAcknowledge(IrqBinding line, KernelCpu cpu) {
        mask(line, cpu);
        acknowledge(line, cpu);
    }

    /** The interrupt is over, as far as the controller goes. */
    default void endOfInterrupt(IrqBinding line, KernelCpu cpu) {}

    /** Sends the line's interrupt again; returns whether the hardware can. */
    default boolean retrigger(IrqBinding line, KernelCpu cpu) {
        return false;
    }

    /**
     * Makes the line interrupt CPUs of {@code mask}, which holds online ones only; the chip reports
     * which by {@link IrqBinding#setEffective}.
     *
     * @return EINVAL if the line cannot be steered, ENOSPC, or EBUSY while the last move goes on
     */
    default IrqResult setAffinity(IrqBinding line, CpuMask mask, KernelCpu cpu) {
        return IrqResult.EINVAL;
    }

    /** Returns EINVAL for a trigger that the hardware does not have. */
    default IrqResult setType(IrqBinding line, Trigger trigger, KernelCpu cpu) {
        return IrqResult.OK;
    }

    /** Returns whether a CPU is about to enter, or is in, the line's interrupt. */
    default boolean active(IrqBinding line) {
        return false;
    }

    /** Ends a move whose first interrupt on the new CPU has not come yet. */
    default void forceCompleteMove(IrqBinding line, KernelCpu cpu) {}
}
