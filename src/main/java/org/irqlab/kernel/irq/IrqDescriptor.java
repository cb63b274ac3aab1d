package org.irqlab.kernel.irq;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * One interrupt line: its action, its state, and the edge flow.
 *
 * <p>An edge that arrives while the handler runs on another CPU is remembered (PENDING), masks the
 * line, and makes the first CPU run the handler again: k edges during a run give one or two more
 * runs, never none.
 *
 * <p>A line with a threaded handler stays unmasked while the thread runs: chips of
 * message-signalled lines are one-shot safe (IRQCHIP_ONESHOT_SAFE), as each message is an edge of
 * its own.
 *
 * <p><b>Threads.</b> Any holder in hardirq context; the state is guarded by the descriptor's lock.
 *
 * <p>SIMPLIFIED: one action a line; message-signalled lines are not shared.
 *
 * @see "Linux kernel/irq/chip.c, handle_edge_irq; kernel/irq/manage.c"
 */
public final class IrqDescriptor {
    private final int irq;
    private final IrqChip chip;
    private final RawSpinLock lock = new RawSpinLock();

    // Guarded by lock.
    private IrqAction action;
    private boolean inProgress;
    private boolean pending;
    private boolean masked;
    private int disableDepth;
    private int threadsActive;
    private final long[] countByCpu;
    private long remembered;
    private long merged;
    private long handlerRuns;
    private long unhandled;
    private long unbalancedEnables;

    public IrqDescriptor(int irq, IrqChip chip, int cpus) {
        this.irq = irq;
        this.chip = chip;
        countByCpu = new long[cpus];
    }

    public int irq() {
        return irq;
    }

    public IrqChip chip() {
        return chip;
    }

    void setAction(IrqAction action) {
        this.action = action;
    }

    public IrqAction action() {
        return action;
    }

    /** The edge flow: called with the vector acknowledged and in service. Hardirq context. */
    @HotPath
    void handleEdge(KernelCpu cpu) {
        lock.lock(cpu.id());
        if (inProgress || disableDepth > 0 || action == null) {
            remember(cpu);
            lock.unlock(cpu.id());
            return;
        }
        countByCpu[cpu.id()]++;
        chip.acknowledge(cpu);
        do {
            if (pending && masked && disableDepth == 0) {
                masked = false;
                chip.unmask();
            }
            pending = false;
            inProgress = true;
            lock.unlock(cpu.id());
            IrqReturn result = runAction(cpu);
            lock.lock(cpu.id());
            inProgress = false;
            handlerRuns++;
            if (result == IrqReturn.NONE) {
                unhandled++;
            }
        } while (pending && disableDepth == 0);
        lock.unlock(cpu.id());
    }

    private void remember(KernelCpu cpu) {
        if (pending) {
            merged++;
        } else {
            pending = true;
            remembered++;
        }
        masked = true;
        chip.mask();
        chip.acknowledge(cpu);
    }

    private IrqReturn runAction(KernelCpu cpu) {
        if (Checks.ON) {
            Checks.invariant(!cpu.hw().irqsEnabled(), "I-20: handler entered with interrupts on");
        }
        cpu.trace(Tracepoint.IRQ_HANDLER_ENTRY, irq, action.nameId(), 0);
        IrqReturn result = action.topHalf().handle(cpu);
        cpu.trace(Tracepoint.IRQ_HANDLER_EXIT, irq, result.ordinal(), 0);
        if (result == IrqReturn.WAKE_THREAD) {
            if (action.thread() == null) {
                throw new IllegalStateException(
                        "irq=" + irq + " returned WAKE_THREAD without a thread");
            }
            action.thread().wake(cpu);
        }
        return result;
    }

    void threadWoken(KernelCpu cpu) {
        lock.lock(cpu.id());
        threadsActive++;
        lock.unlock(cpu.id());
    }

    /** The thread has finished a run. Task context. */
    void threadDone(IrqThread thread, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        threadsActive--;
        // A handler that runs elsewhere has asked for this run, but has yet to count it.
        boolean asked = threadsActive >= (inProgress ? -1 : 0);
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        if (Checks.ON) {
            // Without the lock: the other CPUs have to stop, and may want the line.
            Checks.invariant(asked, "I-33: more thread runs than wakes on irq " + irq);
        }
    }

    /**
     * Keeps the handler from running until {@link #enable}; nests; lazy: the hardware is masked by
     * the next edge.
     */
    public void disable(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        disableDepth++;
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
    }

    /** Undoes one disable; the last one delivers a remembered edge. Task context. */
    public void enable(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        boolean resend = false;
        if (disableDepth == 0) {
            unbalancedEnables++;
        } else if (--disableDepth == 0) {
            resend = pending;
            if (masked) {
                masked = false;
                chip.unmask();
            }
        }
        lock.unlock(cpu.id());
        if (resend) {
            chip.retrigger(cpu);
        }
        cpu.hw().irqRestore(irqs);
    }

    /**
     * Returns how many interrupts of this line {@code cpu} has counted, as /proc/interrupts shows
     * them.
     */
    public long count(int cpu) {
        return countByCpu[cpu];
    }

    public long handlerRuns() {
        return handlerRuns;
    }

    /** Returns how many edges were remembered for a further run. */
    public long remembered() {
        return remembered;
    }

    /** Returns how many edges were merged into one already remembered. */
    public long merged() {
        return merged;
    }

    public long unhandled() {
        return unhandled;
    }

    /** Returns how many enables found the line enabled: guest errors, without effect. */
    public long unbalancedEnables() {
        return unbalancedEnables;
    }
}
