package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Set;

/**
 * Who may have a line together with whom.
 *
 * @see "Linux kernel/irq/manage.c, request_threaded_irq and __setup_irq; Documentation/core-api/
 *     genericirq.rst"
 */
final class SharingRules {
    private SharingRules() {}

    /** What a request must be, whatever the line has already. */
    static IrqResult saneAlone(IrqDescriptor line, IrqRequest request) {
        if (line.chip == null) {
            return IrqResult.ENOSYS;
        }
        boolean shared = request.has(IrqFlag.SHARED);
        boolean perCpuDevice = line.flow == FlowHandler.PER_CPU_DEVICE;
        boolean sane =
                (!shared || request.deviceId() != null)
                        && !(shared && request.has(IrqFlag.NO_AUTOEN))
                        && (request.topHalf() != null || request.threadFunction() != null)
                        && (!perCpuDevice || request.topHalf() != null && !shared);
        return sane ? IrqResult.OK : IrqResult.EINVAL;
    }

    /**
     * Whether a newcomer agrees with who has the line: SHARED, the same trigger, the same ONESHOT
     * and PERCPU. Adds ONESHOT to {@code flags} if they leave it to the line. With the line's lock.
     */
    static IrqResult agrees(IrqDescriptor line, Trigger wanted, Set<IrqFlag> flags) {
        IrqAction old = line.actions;
        Trigger trigger = wanted == Trigger.NONE ? line.trigger : wanted;
        if (line.trigger == Trigger.NONE) {
            line.trigger = trigger;
        }
        if (!old.has(IrqFlag.SHARED)
                || !flags.contains(IrqFlag.SHARED)
                || trigger != line.trigger) {
            return IrqResult.EBUSY;
        }
        boolean oneshot = flags.contains(IrqFlag.ONESHOT);
        if (old.has(IrqFlag.ONESHOT) && flags.contains(IrqFlag.COND_ONESHOT)) {
            flags.add(IrqFlag.ONESHOT);
        } else if (old.has(IrqFlag.ONESHOT) != oneshot) {
            return IrqResult.EBUSY;
        }
        return old.has(IrqFlag.PERCPU) == flags.contains(IrqFlag.PERCPU)
                ? IrqResult.OK
                : IrqResult.EBUSY;
    }

    /** Sets how the line signals; masked meanwhile if the chip wants that. With the line's lock. */
    static IrqResult setTrigger(IrqDescriptor line, Trigger trigger, KernelCpu cpu) {
        boolean reopen = false;
        if (line.chip.flags().contains(IrqChipFlag.SET_TYPE_MASKED)) {
            line.maskLine(cpu);
            reopen = !line.disabled;
        }
        IrqResult result = line.chip.setType(line.binding, trigger, cpu);
        if (result.ok()) {
            line.setTrigger(trigger);
        }
        if (reopen) {
            line.unmaskLine(cpu);
        }
        return result;
    }
}
