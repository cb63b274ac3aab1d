package org.irqlab.kernel.block;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.StateWaiters;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One completion queue that is polled in IRQ_POLL.
 *
 * <p>SCHED is ownership, as with NAPI, but a request that finds it set leaves no trace: the device
 * has to interrupt for what came after the last look.
 *
 * <p><b>Threads.</b> State by any holder, the rest by the owner.
 *
 * @see "Linux lib/irq_poll.c; include/linux/irq_poll.h"
 */
public final class IrqPoll {
    private static final int SCHED = 1;
    private static final int DISABLE = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(IrqPoll.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final Poll poll;
    final int weight;
    final StateWaiters waiters = new StateWaiters();

    // Any thread, through STATE.
    private int state;

    // Owner only.
    IrqPoll next;
    boolean onList;

    /** A driver's poll function. */
    @FunctionalInterface
    public interface Poll {
        /**
         * Serves at most {@code budget} completions; who served less calls {@link
         * IrqPolls#complete} and turns the device's interrupt on again. More is allowed, for a
         * driver that cannot stop between the bits of a mask.
         */
        int poll(IrqPoll poll, int budget, KernelCpu cpu);
    }

    /** Makes an enabled queue. */
    public IrqPoll(int weight, Poll poll) {
        if (weight <= 0) {
            throw new IllegalArgumentException("weight=" + weight + " <= MINIMUM=0");
        }
        this.weight = weight;
        this.poll = poll;
    }

    /** Takes the queue, unless somebody has it or it is being disabled. Full barrier. */
    @HotPath
    boolean trySchedule() {
        return ((int) STATE.getVolatile(this) & DISABLE) == 0 && takeSched();
    }

    private boolean takeSched() {
        return ((int) STATE.getAndBitwiseOr(this, SCHED) & SCHED) == 0;
    }

    /** Gives the queue up. Full barrier; pairs with {@link #trySchedule}. */
    @HotPath
    void release() {
        STATE.getAndBitwiseAnd(this, ~SCHED);
    }

    void announceDisable() {
        STATE.getAndBitwiseOr(this, DISABLE);
    }

    boolean tryDisable() {
        return takeSched();
    }

    void endDisable() {
        STATE.getAndBitwiseAnd(this, ~DISABLE);
    }

    @HotPath
    boolean disabling() {
        return ((int) STATE.getVolatile(this) & DISABLE) != 0;
    }

    /** Returns whether somebody has the queue, also who disabled it: racy. */
    @HotPath
    public boolean owned() {
        return ((int) STATE.getVolatile(this) & SCHED) != 0;
    }
}
