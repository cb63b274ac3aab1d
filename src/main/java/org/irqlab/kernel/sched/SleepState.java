package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Whether a task is awake: the word that a sleeper and its wakers agree by.
 *
 * <pre>
 *              announce()              publishAsleep()
 *   RUNNING ---------------> SLEEPING ------------------> ASLEEP or DELAYED
 *    ^   ^                      |                            |
 *    |   +- cancel(), tryWake() +                            | tryWake()
 *    |                 enqueued()                            v
 *    +--------------------------------------------------- WAKING
 * </pre>
 *
 * The sleeper announces, then tests its condition; a waker makes the condition true, then tries to
 * wake. Each has a full fence between its store and its load, so one of them sees the other.
 *
 * <p>A task that has published its sleep is for a while still on its CPU, which puts its own
 * affairs in order before it hands over. Until then ({@link #onCpu}) only that CPU may take the
 * task in.
 *
 * <p><b>Threads.</b> The sleeper, on its CPU: announce, cancel, publishAsleep, onCpu set and clear.
 * Any holder: tryWake. The winner of a wake: enqueued. <b>Progress.</b> Wait-free but for tryWake,
 * which is lock-free.
 *
 * @see "Linux kernel/sched/core.c, set_current_state and try_to_wake_up; memory ordering of
 *     p->state and p->on_cpu"
 */
final class SleepState {
    /** Runs or waits in a run queue. */
    static final int RUNNING = 0;

    /** Still on its CPU, about to sleep. */
    static final int SLEEPING = 1;

    /** Off every run queue. */
    static final int ASLEEP = 2;

    /** Asleep, but left in the fair queue until its lag is used up. */
    static final int DELAYED = 3;

    /** Somebody has won the wake; on its way into a run queue. */
    static final int WAKING = 4;

    private static final int DEAD = 5;

    private static final VarHandle STATE;
    private static final VarHandle ON_CPU;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(SleepState.class, "state", int.class);
            ON_CPU = lookup.findVarHandle(SleepState.class, "onCpu", boolean.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What became of a wake. */
    enum Wake {
        /** Awake already, or somebody else's wake is on its way. */
        NOT_NEEDED,
        /** It was about to sleep and will not. */
        STAYS_AWAKE,
        /** The caller has to bring it into a run queue. */
        WON,
        /** As {@link #WON}; it may still be in the fair queue of the CPU that it ran on. */
        WON_DELAYED
    }

    // Any thread, through STATE and ON_CPU.
    private int state = ASLEEP;
    private boolean onCpu;

    /** Announces a sleep, before the condition is tested. */
    @HotPath
    void announce() {
        STATE.setVolatile(this, SLEEPING);
        // The store before the test of the condition; pairs with the fence in tryWake().
        VarHandle.fullFence();
    }

    /** Takes the announcement back: the condition was true. */
    @HotPath
    void cancel() {
        STATE.setVolatile(this, RUNNING);
    }

    /** Returns whether a sleep is announced and nobody has woken the task since. */
    @HotPath
    boolean announced() {
        return (int) STATE.getVolatile(this) == SLEEPING;
    }

    /**
     * Lets wakers have the task. Releases what its CPU wrote to it; pairs with the exchange in
     * {@link #tryWake}.
     *
     * @param delayed it stays in the fair queue for a while
     * @return {@code false} when a waker was faster: the task does not sleep
     */
    @HotPath
    boolean publishAsleep(boolean delayed) {
        return STATE.compareAndSet(this, SLEEPING, delayed ? DELAYED : ASLEEP);
    }

    /** The fair queue has let go of a delayed sleeper; a waker may have it already. */
    @HotPath
    void delayEnded() {
        STATE.compareAndSet(this, DELAYED, ASLEEP);
    }

    /**
     * Wakes the task. A full barrier: what the caller wrote before is seen by the sleeper's test,
     * or the sleeper is seen here.
     */
    @HotPath
    Wake tryWake() {
        // The condition before the look at the state; pairs with the fence in announce().
        VarHandle.fullFence();
        for (; ; ) {
            int seen = (int) STATE.getVolatile(this);
            if (seen == SLEEPING) {
                if (STATE.compareAndSet(this, SLEEPING, RUNNING)) {
                    return Wake.STAYS_AWAKE;
                }
            } else if (seen == ASLEEP || seen == DELAYED) {
                // Acquires what the sleeper's CPU left; pairs with publishAsleep().
                if (STATE.compareAndSet(this, seen, WAKING)) {
                    return seen == DELAYED ? Wake.WON_DELAYED : Wake.WON;
                }
            } else {
                return Wake.NOT_NEEDED;
            }
        }
    }

    /** The woken task is in a run queue; or it never sleeps, as the idle task. */
    @HotPath
    void enqueued() {
        STATE.setVolatile(this, RUNNING);
    }

    /** The task has ended. */
    void died() {
        STATE.setVolatile(this, DEAD);
    }

    boolean dead() {
        return (int) STATE.getVolatile(this) == DEAD;
    }

    /** Returns whether the task is asleep: racy. */
    boolean asleep() {
        int seen = (int) STATE.getVolatile(this);
        return seen == ASLEEP || seen == DELAYED;
    }

    /** Returns whether the task runs, waits in a run queue, or is on its way into one: racy. */
    @HotPath
    boolean runnable() {
        int seen = (int) STATE.getVolatile(this);
        return seen == RUNNING || seen == WAKING;
    }

    /** The task's turn on a CPU begins. By that CPU's holder. */
    @HotPath
    void entersCpu() {
        ON_CPU.setOpaque(this, true);
    }

    /** The CPU has nothing more to do for the task. Releases; pairs with {@link #onCpu}. */
    @HotPath
    void leavesCpu() {
        ON_CPU.setRelease(this, false);
    }

    /**
     * Returns whether the CPU on which the task ran last still works on it. {@code true} is never
     * missed by the winner of a wake: it was written before the sleep was published.
     */
    @HotPath
    boolean onCpu() {
        return (boolean) ON_CPU.getAcquire(this);
    }
}
