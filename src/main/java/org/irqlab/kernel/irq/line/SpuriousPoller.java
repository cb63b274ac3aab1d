package org.irqlab.kernel.irq.line;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.Tasklet;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls the handlers of lines that the detector has shut off, every tenth of a second, and looks on
 * the shared lines for whose an interrupt was that nobody claimed.
 *
 * <p>SIMPLIFIED: the timer is looked at in the tick, and its function is a tasklet.
 *
 * <p><b>Threads.</b> Any holder; one of them polls at a time.
 *
 * @see "Linux kernel/irq/spurious.c, poll_spurious_irqs, misrouted_irq, try_one_irq"
 */
final class SpuriousPoller {
    /** HZ/10. */
    static final long INTERVAL_NS = 100_000_000L;

    private static final int NOBODY = -1;
    private static final long NEVER = Long.MAX_VALUE;

    private final IrqCore core;
    private final Tasklet tasklet;
    private final AtomicInteger pollingCpu = new AtomicInteger(NOBODY);

    // Any holder; a tick that reads it late is a tick late.
    private volatile long dueNs = NEVER;

    SpuriousPoller(IrqCore core) {
        this.core = core;
        tasklet = new Tasklet(this::poll, 1, 0);
    }

    int pollingCpu() {
        return pollingCpu.get();
    }

    void arm() {
        dueNs = HostClock.nowNs() + INTERVAL_NS;
    }

    boolean armed() {
        return dueNs != NEVER;
    }

    /** The tick: polls if it is time. Hardirq context. */
    @HotPath
    void tick(KernelCpu cpu) {
        if (dueNs != NEVER && HostClock.nowNs() >= dueNs) {
            dueNs = NEVER;
            core.host().schedule(tasklet, cpu);
        }
    }

    /** Calls the handlers of all lines that were shut off. Softirq context. */
    void poll(KernelCpu cpu) {
        if (pollingCpu.compareAndSet(NOBODY, cpu.id())) {
            for (IrqDescriptor line : core.lines()) {
                if (line.spuriousDisabled) {
                    boolean irqs = cpu.hw().irqSave();
                    tryOne(line, true, cpu);
                    cpu.hw().irqRestore(irqs);
                }
            }
            pollingCpu.set(NOBODY);
        }
        arm();
    }

    /** Offers an interrupt of {@code line} to the other lines; returns whether one took it. */
    boolean misrouted(IrqDescriptor line, KernelCpu cpu) {
        if (!pollingCpu.compareAndSet(NOBODY, cpu.id())) {
            return false;
        }
        boolean taken = false;
        for (IrqDescriptor other : core.lines()) {
            if (other != line) {
                taken |= tryOne(other, false, cpu);
            }
        }
        pollingCpu.set(NOBODY);
        return taken;
    }

    /** Interrupts off; returns whether a handler said HANDLED. */
    private static boolean tryOne(IrqDescriptor line, boolean force, KernelCpu cpu) {
        boolean handled = false;
        line.lock.lock(cpu.id());
        if (mayPoll(line, force)) {
            line.pollInProgress = true;
            do {
                line.counts.polls++;
                handled |= line.runHandlers(cpu) == IrqReturn.HANDLED.ordinal();
            } while (line.pending && line.actions != null);
            line.pollInProgress = false;
        }
        line.lock.unlock(cpu.id());
        return handled;
    }

    private static boolean mayPoll(IrqDescriptor line, boolean force) {
        if (line.perCpu || line.flow == FlowHandler.NESTED || line.polled) {
            return false;
        }
        if (line.disabled && !force) {
            return false;
        }
        if (line.actions == null || !line.actions.has(IrqFlag.SHARED)) {
            return false;
        }
        if (line.inProgress) {
            line.remember();
            return false;
        }
        return true;
    }
}
