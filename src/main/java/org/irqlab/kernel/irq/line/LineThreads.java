package org.irqlab.kernel.irq.line;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.ThreadRequest;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * What the threads of one line have yet to do, and who keeps a one-shot line masked.
 *
 * <p><b>Threads.</b> The mask: set by the CPU that has the line in progress, cleared with the
 * line's lock while nobody has. The counters: any.
 *
 * @see "Linux kernel/irq/manage.c, irq_finalize_oneshot; kernel/irq/handle.c, __irq_wake_thread"
 */
final class LineThreads {
    private final IrqDescriptor line;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicInteger handled = new AtomicInteger();
    private long oneshotMask;

    LineThreads(IrqDescriptor line) {
        this.line = line;
    }

    /** A thread has been asked to run. By the CPU that has the line in progress. */
    @HotPath
    void woken(long threadMask) {
        if (threadMask != 0) {
            oneshotMask |= threadMask;
        }
        active.incrementAndGet();
    }

    void nestedBegins() {
        active.incrementAndGet();
    }

    /** The function of a thread has handled something. */
    @HotPath
    void handled() {
        handled.incrementAndGet();
    }

    int handledCount() {
        return handled.get();
    }

    /** A thread has finished a run. Task context. */
    @HotPath
    void done(KernelCpu cpu) {
        int left = active.decrementAndGet();
        if (Checks.ON) {
            Checks.invariant(
                    left >= 0 || askedMeanwhile(cpu),
                    "I-33: more thread runs than wakes on irq " + line.irq());
        }
        if (left <= 0 && line.waiters.any()) {
            line.waiters.wakeAll(cpu);
        }
    }

    /** Whether a handler that runs elsewhere has asked for the run, and has yet to count it. */
    private boolean askedMeanwhile(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        line.lock.lock(cpu.id());
        boolean asked = line.inProgress || active.get() >= 0;
        line.lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        return asked;
    }

    /** Whether no thread of the line runs or is about to. */
    boolean idle() {
        return active.get() <= 0;
    }

    long oneshotMask() {
        return oneshotMask;
    }

    /**
     * A thread of a one-shot line is done: the last one opens the line, unless one has been asked
     * again. Task context.
     */
    void finishOneshot(long threadMask, ThreadRequest request, KernelCpu cpu) {
        if (!line.oneshot || threadMask == 0) {
            return;
        }
        boolean irqs = lockWhenNotInProgress(cpu);
        if (!request.requested()) {
            oneshotMask &= ~threadMask;
            if (line.mayUnmask()) {
                if (line.eoiThreaded) {
                    line.chip.endOfInterrupt(line.binding, cpu);
                }
                line.unmaskLine(cpu);
            }
        }
        line.lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
    }

    /**
     * The thread may be faster than the hard handler: if it opened the line then, an interrupt
     * could mask it and be refused, and nobody would ever open it.
     */
    private boolean lockWhenNotInProgress(KernelCpu cpu) {
        for (; ; ) {
            boolean irqs = cpu.hw().irqSave();
            line.lock.lock(cpu.id());
            if (!line.inProgress) {
                return irqs;
            }
            line.lock.unlock(cpu.id());
            cpu.hw().irqRestore(irqs);
            Thread.yield();
            cpu.hw().poll();
        }
    }
}
