package org.irqlab.kernel.irq.line;

import org.irqlab.base.Checks;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * Switches lines on and off, with the line's lock held: enable, disable, startup, shutdown.
 *
 * @see "Linux kernel/irq/chip.c, irq_startup, irq_shutdown, irq_enable, irq_disable;
 *     kernel/irq/manage.c, __enable_irq"
 */
public final class LineSwitch {
    private LineSwitch() {}

    /** One more disable. */
    static void disable(IrqDescriptor line, KernelCpu cpu) {
        if (line.depth++ == 0) {
            switchOff(line, line.unlazy, cpu);
        }
        check(line);
    }

    /** Undoes one disable of a line that has some. */
    static void enable(IrqDescriptor line, KernelCpu cpu) {
        if (line.depth > 1) {
            line.depth--;
        } else {
            // Not just switched on: a line that was not to be enabled at once starts up here.
            startup(line, cpu);
        }
        check(line);
    }

    /** Sets DISABLED; the chip is masked now if {@code mask}, else by the next interrupt. */
    private static void switchOff(IrqDescriptor line, boolean mask, KernelCpu cpu) {
        line.disabled = true;
        if (mask) {
            line.maskLine(cpu);
        }
    }

    /** The detector has given up on the line. */
    static void shutOff(IrqDescriptor line, KernelCpu cpu) {
        line.spuriousDisabled = true;
        line.depth++;
        switchOff(line, true, cpu);
        check(line);
    }

    /** Starts the line, or switches it on again; a managed one waits for a CPU of its mask. */
    static void startup(IrqDescriptor line, KernelCpu cpu) {
        line.depth = 0;
        if (!line.started) {
            if (line.managed && !startManaged(line, cpu)) {
                return;
            }
            if (!line.managed) {
                LineAffinity.setupAtStart(line, cpu);
            }
            line.started = true;
        }
        line.disabled = false;
        line.unmaskLine(cpu);
        line.core.resend().check(line, false, cpu);
        check(line);
    }

    /** Returns whether the line has a CPU and a vector. */
    private static boolean startManaged(IrqDescriptor line, KernelCpu cpu) {
        line.managedShutdown = false;
        if (!line.affinity.intersects(line.core.online()) || !activate(line, cpu).ok()) {
            line.depth = 1;
            line.managedShutdown = true;
            return false;
        }
        LineAffinity.apply(line, line.affinity, cpu);
        return true;
    }

    /** Takes the line down; undone by {@link #startup} or {@link #startupManaged}. */
    static void shutdown(IrqDescriptor line, KernelCpu cpu) {
        if (line.started) {
            line.core.resend().clear(line, cpu);
            line.depth++;
            switchOff(line, true, cpu);
            line.started = false;
        }
        check(line);
    }

    static void shutdownAndDeactivate(IrqDescriptor line, KernelCpu cpu) {
        shutdown(line, cpu);
        deactivate(line, cpu);
    }

    /** A CPU of a managed line is back: undoes the shutdown, not the driver's own disables. */
    static void startupManaged(IrqDescriptor line, KernelCpu cpu) {
        line.managedShutdown = false;
        if (--line.depth == 0) {
            startup(line, cpu);
        }
        check(line);
    }

    /** Gets what the line needs of its domains: a vector, most of all. */
    public static IrqResult activate(IrqDescriptor line, KernelCpu cpu) {
        if (line.activated) {
            return IrqResult.OK;
        }
        IrqResult result = IrqDomain.activate(line.binding, cpu);
        line.activated = result.ok();
        return result;
    }

    static void deactivate(IrqDescriptor line, KernelCpu cpu) {
        if (line.activated) {
            line.activated = false;
            IrqDomain.deactivate(line.binding, cpu);
        }
    }

    private static void check(IrqDescriptor line) {
        if (Checks.ON) {
            Checks.invariant(
                    line.depth >= 0 && line.disabled == line.depth > 0,
                    "I-31: irq "
                            + line.irq()
                            + " depth "
                            + line.depth
                            + " disabled "
                            + line.disabled);
        }
    }
}
