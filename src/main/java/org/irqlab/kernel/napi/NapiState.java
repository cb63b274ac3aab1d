package org.irqlab.kernel.napi;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The word by which the contexts that could poll an instance agree who does.
 *
 * <p>SCHED is ownership. Who asks for a poll while somebody owns the instance leaves MISSED, and
 * the owner, when it completes, finds it in the same operation that would give SCHED up: it stays
 * the owner and polls once more. An instance that is disabled is owned by whoever disabled it.
 *
 * <p><b>Threads.</b> Any holder, through STATE. <b>Progress.</b> Lock-free.
 *
 * <p><b>Memory ordering.</b> Every change is a full barrier: what was written before a request,
 * also one that was missed, is visible to a poll that begins afterwards.
 *
 * @see "Linux include/linux/netdevice.h, NAPI_STATE_SCHED; net/core/dev.c, napi_schedule_prep"
 */
final class NapiState {
    static final int SCHED = 1;
    static final int MISSED = 1 << 1;
    static final int DISABLE = 1 << 2;

    /** Owned by who disabled it, so that no busy poller, and no completion, touches it. */
    static final int NPSVC = 1 << 3;

    static final int IN_BUSY_POLL = 1 << 6;
    static final int PREFER_BUSY_POLL = 1 << 7;

    /** Polled by a thread of its own. */
    static final int THREADED = 1 << 8;

    /** That thread is the owner. */
    static final int SCHED_THREADED = 1 << 9;

    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(NapiState.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** What a completion found. */
    enum Completion {
        /** Nobody owns the instance now. */
        DONE,
        /** A request was missed: the caller still owns it. */
        MISSED,
        /** The caller did not own it: a guest error. */
        NOT_OWNED
    }

    // Any thread, through STATE. New instances are disabled.
    private int state = SCHED | NPSVC;

    /** Takes the instance, or tells its owner that something has come. Pairs with complete(). */
    @HotPath
    NapiRequest schedulePrep() {
        int seen = (int) STATE.getVolatile(this);
        while (true) {
            if ((seen & DISABLE) != 0) {
                return NapiRequest.DISABLED;
            }
            boolean owned = (seen & SCHED) != 0;
            // Also where MISSED is set already: the exchange orders what the caller has written.
            int wanted = seen | SCHED | (owned ? MISSED : 0);
            int found = (int) STATE.compareAndExchange(this, seen, wanted);
            if (found == seen) {
                return owned ? NapiRequest.MISSED : NapiRequest.SCHEDULED;
            }
            seen = found;
        }
    }

    /** Gives the instance up, unless something was missed. By the owner. */
    @HotPath
    Completion complete() {
        int seen = (int) STATE.getVolatile(this);
        while (true) {
            boolean missed = (seen & MISSED) != 0;
            int left = seen & ~(MISSED | SCHED | SCHED_THREADED | PREFER_BUSY_POLL);
            int found = (int) STATE.compareAndExchange(this, seen, missed ? left | SCHED : left);
            if (found == seen) {
                if ((seen & SCHED) == 0) {
                    return Completion.NOT_OWNED;
                }
                return missed ? Completion.MISSED : Completion.DONE;
            }
            seen = found;
        }
    }

    /** No request is accepted any more; the owner is to complete soon. */
    void announceDisable() {
        STATE.getAndBitwiseOr(this, DISABLE);
    }

    /** Takes the instance for who disables it, if nobody owns it. */
    boolean tryDisable() {
        int seen = (int) STATE.getVolatile(this);
        while ((seen & (SCHED | NPSVC)) == 0) {
            int wanted = (seen | SCHED | NPSVC) & ~(THREADED | PREFER_BUSY_POLL);
            int found = (int) STATE.compareAndExchange(this, seen, wanted);
            if (found == seen) {
                return true;
            }
            seen = found;
        }
        return false;
    }

    /** Disabled: requests are noted again, as ones that the owner missed. */
    void endDisable() {
        STATE.getAndBitwiseAnd(this, ~DISABLE);
    }

    /**
     * Gives the instance back after a disable, or for the first time.
     *
     * @return {@code false} if it was not disabled: a guest error
     */
    boolean enable(boolean threaded) {
        int seen = (int) STATE.getVolatile(this);
        while ((seen & NPSVC) != 0) {
            int wanted = seen & ~(SCHED | NPSVC) | (threaded ? THREADED : 0);
            int found = (int) STATE.compareAndExchange(this, seen, wanted);
            if (found == seen) {
                return true;
            }
            seen = found;
        }
        return false;
    }

    /** Takes the instance for a task that polls it, if nobody owns or disables it. */
    @HotPath
    boolean tryBusyPoll() {
        int seen = (int) STATE.getVolatile(this);
        return (seen & (DISABLE | SCHED | IN_BUSY_POLL)) == 0
                && STATE.compareAndSet(this, seen, seen | IN_BUSY_POLL | SCHED);
    }

    /** The busy poller polls once more, as an ordinary owner: nothing is missed until then. */
    @HotPath
    void leaveBusyPoll() {
        STATE.getAndBitwiseAnd(this, ~(MISSED | IN_BUSY_POLL));
    }

    /** Gives SCHED up, for a timer to take. By the owner. */
    void releaseToTimer() {
        STATE.getAndBitwiseAnd(this, ~SCHED);
    }

    /** Takes the instance for its timer, if nobody owns or disables it. */
    boolean tryTimer() {
        if (has(DISABLE) || ((int) STATE.getAndBitwiseOr(this, SCHED) & SCHED) != 0) {
            return false;
        }
        STATE.getAndBitwiseAnd(this, ~PREFER_BUSY_POLL);
        return true;
    }

    void preferBusyPoll() {
        STATE.getAndBitwiseOr(this, PREFER_BUSY_POLL);
    }

    /** The thread owns the instance. By the owner, before it wakes the thread. */
    @HotPath
    void giveToThread() {
        STATE.getAndBitwiseOr(this, SCHED_THREADED);
    }

    void setThreaded(boolean threaded) {
        if (threaded) {
            STATE.getAndBitwiseOr(this, THREADED);
        } else {
            STATE.getAndBitwiseAnd(this, ~THREADED);
        }
    }

    /** Returns whether any of {@code bits} is set. */
    @HotPath
    boolean has(int bits) {
        return ((int) STATE.getVolatile(this) & bits) != 0;
    }
}
