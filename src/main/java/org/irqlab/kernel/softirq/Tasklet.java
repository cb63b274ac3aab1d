package org.irqlab.kernel.softirq;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A deferred function that runs in softirq context, never on two CPUs at once, on the CPU that
 * scheduled it.
 *
 * <p>Scheduling sets SCHED; only the call that set it puts the tasklet on a list. SCHED is cleared
 * <em>before</em> the function runs, so that a schedule during the run leads to one more run. RUN
 * keeps a second CPU out.
 *
 * <p><b>Threads.</b> State bits by any CPU's holder, through STATE.
 *
 * <p><b>Memory ordering.</b> What the caller of {@link Tasklets#schedule} wrote before is visible
 * to a run that begins afterwards, also when the call returned {@code false}.
 *
 * @see "Linux kernel/softirq.c, tasklet_action_common; include/linux/interrupt.h"
 */
public final class Tasklet {
    static final int SCHED = 1;
    static final int RUN = 2;
    static final int NO_CPU = -1;

    private static final VarHandle STATE;
    private static final VarHandle DISABLED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(Tasklet.class, "state", int.class);
            DISABLED = lookup.findVarHandle(Tasklet.class, "disabled", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final SoftirqAction function;
    final int number;
    final int nameId;

    /** How reports name it. */
    final String label;

    // Any thread, through STATE and DISABLED.
    private int state;
    private int disabled;

    // The CPU on whose list it is.
    Tasklet next;
    int listCpu = NO_CPU;

    // For the checks: the CPU that runs it, with RUN.
    int runCpu = NO_CPU;

    // Passes in a row that found it disabled, with RUN.
    int spins;

    final StateWaiters waiters = new StateWaiters();

    /**
     * Makes an enabled tasklet that is not scheduled.
     *
     * @param number identifies it in tracepoints
     * @param nameId its function's name in the machine's name table
     */
    public Tasklet(SoftirqAction function, int number, int nameId) {
        this.function = function;
        this.number = number;
        this.nameId = nameId;
        label = "number " + number;
    }

    /** Sets SCHED; returns whether this call set it. Full barrier; pairs with {@link #beginRun}. */
    @HotPath
    boolean trySchedule() {
        return ((int) STATE.getAndBitwiseOr(this, SCHED) & SCHED) == 0;
    }

    /**
     * Sets RUN, before {@link #enabled} is asked; returns whether this call set it. Full barrier;
     * pairs with {@link #disableNoSync}: of a run that starts and a disable, one sees the other.
     * Acquires what the run before has written; pairs with {@link #endRun}.
     */
    @HotPath
    boolean tryRun() {
        return ((int) STATE.getAndBitwiseOr(this, RUN) & RUN) == 0;
    }

    /**
     * Clears SCHED, before the function. Full barrier: what a scheduler wrote before a {@link
     * #trySchedule} that we have just overtaken is visible to the function. Returns whether it was
     * set.
     */
    @HotPath
    boolean beginRun() {
        return ((int) STATE.getAndBitwiseAnd(this, ~SCHED) & SCHED) != 0;
    }

    /**
     * Clears RUN; what the run wrote is visible to the next run. Pairs with {@link #tryRun}. Full
     * barrier, for the look at the waiters that follows.
     */
    @HotPath
    void endRun() {
        STATE.getAndBitwiseAnd(this, ~RUN);
    }

    /**
     * Makes it as new: neither scheduled nor running. A guest error while it is on a list, which
     * that list's CPU finds out.
     *
     * @see "Linux kernel/softirq.c, tasklet_setup"
     */
    public void init() {
        STATE.setVolatile(this, 0);
        DISABLED.setVolatile(this, 0);
    }

    /**
     * Keeps the function from starting until {@link #enable}; nests. Does not wait for a run in
     * progress: when {@link #running} returns {@code false} afterwards, there is none, and what the
     * last one wrote is visible. Full barrier; pairs with {@link #tryRun}.
     */
    public void disableNoSync() {
        DISABLED.getAndAdd(this, 1);
    }

    /** Undoes one disable; what the caller wrote before is visible to the runs that follow. */
    public void enable() {
        // Pairs with the look of enabled().
        DISABLED.getAndAdd(this, -1);
    }

    /** Returns whether the function may start. With RUN set; pairs with {@link #enable}. */
    @HotPath
    boolean enabled() {
        return (int) DISABLED.getVolatile(this) == 0;
    }

    @Override
    public String toString() {
        return "tasklet=" + number;
    }

    public boolean scheduled() {
        return ((int) STATE.getVolatile(this) & SCHED) != 0;
    }

    /** Returns whether the function runs, or is about to ask whether it may. */
    public boolean running() {
        return ((int) STATE.getVolatile(this) & RUN) != 0;
    }
}
