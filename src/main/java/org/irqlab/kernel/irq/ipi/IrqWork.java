package org.irqlab.kernel.irq.ipi;

import org.irqlab.kernel.sched.KernelCpu;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Consumer;

/**
 * A function that is called in the next interrupt of a CPU, for contexts that can do nothing but
 * ask for that.
 *
 * <p>A claim sets PENDING and BUSY. PENDING is cleared before the function, so that a claim during
 * the run leads to one more run; BUSY after it, unless it has been claimed again.
 *
 * <p><b>Threads.</b> Any holder claims; the CPU that has it runs. <b>Progress.</b> Wait-free.
 *
 * <p><b>Memory ordering.</b> What was written before a claim, also a failed one, is visible to a
 * run that begins afterwards.
 *
 * @see "Linux kernel/irq_work.c, irq_work_claim and irq_work_single"
 */
public final class IrqWork extends CallNode {
    private static final int PENDING = 1;
    private static final int BUSY = 2;
    private static final VarHandle FLAGS;

    static {
        try {
            FLAGS = MethodHandles.lookup().findVarHandle(IrqWork.class, "flags", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final Consumer<KernelCpu> function;

    // Any holder, through FLAGS.
    private int flags;

    public IrqWork(Consumer<KernelCpu> function) {
        this.function = function;
    }

    /**
     * Claims the work; returns {@code false} if it is pending already. Full barrier; pairs with the
     * clearing in run().
     */
    boolean claim() {
        return ((int) FLAGS.getAndBitwiseOr(this, PENDING | BUSY) & PENDING) == 0;
    }

    /** By the CPU that has taken it off its list. */
    void run(KernelCpu cpu) {
        // Full barrier: what a claimer wrote before it found PENDING set is visible to the
        // function.
        FLAGS.getAndBitwiseAnd(this, ~PENDING);
        function.accept(cpu);
        // Fails if it was claimed again: the next run clears BUSY, then.
        FLAGS.compareAndSet(this, BUSY, 0);
    }

    /** Whether a run has been asked for that has not begun. */
    public boolean pending() {
        return ((int) FLAGS.getVolatile(this) & PENDING) != 0;
    }

    /** Whether a run has been asked for or goes on. */
    public boolean busy() {
        return ((int) FLAGS.getVolatile(this) & BUSY) != 0;
    }
}
