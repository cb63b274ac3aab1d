package org.irqlab.kernel.workqueue;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.time.KernelTimer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A function that can be queued, and is queued once at a time.
 *
 * <p>The state word: PENDING from the queueing to just before the function; while it is on a list,
 * QUEUED, INACTIVE, LINKED and a flush colour; while it is not, the pool that ran it last and how
 * often it is disabled. Whoever sets PENDING owns the word until it is on a list; from then on it
 * belongs to the holder of that pool's lock, up to the clearing of PENDING.
 *
 * <p><b>Threads.</b> State word by any CPU's holder, through STATE.
 *
 * <p><b>Memory ordering.</b> What the caller of {@link Workqueues#queueWork} wrote before is
 * visible to a run that begins afterwards, also when the call returned {@code false}.
 *
 * @see "Linux include/linux/workqueue.h, enum work_bits; kernel/workqueue.c"
 */
public final class WorkItem {
    static final long PENDING = 1;
    static final long INACTIVE = 1 << 1;
    static final long QUEUED = 1 << 2;

    /** The next item of the list belongs with this one. */
    static final long LINKED = 1 << 3;

    /** Flush colours: a ring of 16, of which 15 may be under way. */
    static final int COLORS = 16;

    static final int MAX_DISABLE_DEPTH = 0xffff;

    private static final int COLOR_SHIFT = 4;
    private static final int DISABLE_SHIFT = 16;
    private static final long DISABLE_ONE = 1L << DISABLE_SHIFT;
    private static final long DISABLE_MASK = 0xffffL << DISABLE_SHIFT;
    private static final int POOL_SHIFT = 32;

    private static final VarHandle STATE;
    private static final VarHandle RUNS_FOR;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(WorkItem.class, "state", long.class);
            RUNS_FOR = lookup.findVarHandle(WorkItem.class, "runsFor", Workqueue.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    final WorkFunction function;
    final int number;
    final int nameId;

    /** Waits for another item; not counted as work. */
    final boolean barrier;

    /** Queues the item later, or null. */
    final KernelTimer timer;

    // Any thread, through STATE.
    private long state;

    // A witness for I-50, through RUNS_FOR: it orders nothing, the locks of the pools keep two
    // workers apart.
    private Workqueue runsFor;

    // Owner of PENDING, then guarded by the lock of poolWorkqueue.pool; published by QUEUED.
    PoolWorkqueue poolWorkqueue;
    WorkList list;
    WorkItem next;
    WorkItem previous;

    /**
     * Makes an item that is not queued.
     *
     * @param number identifies it in tracepoints
     * @param nameId its function's name in the machine's name table
     */
    public WorkItem(WorkFunction function, int number, int nameId) {
        this(function, number, nameId, null, false);
    }

    private WorkItem(
            WorkFunction function, int number, int nameId, KernelTimer timer, boolean barrier) {
        this.function = function;
        this.number = number;
        this.nameId = nameId;
        this.timer = timer;
        this.barrier = barrier;
    }

    /** An item that somebody waits for: put behind another one. */
    static WorkItem barrier(WorkFunction function, int number, int nameId) {
        return new WorkItem(function, number, nameId, null, true);
    }

    /** An item that is queued by {@code timer}. */
    static WorkItem delayed(WorkFunction function, int number, int nameId, KernelTimer timer) {
        return new WorkItem(function, number, nameId, timer, false);
    }

    public int number() {
        return number;
    }

    /** Returns whether the item waits to run: racy. */
    public boolean pending() {
        return (stateAcquire() & PENDING) != 0;
    }

    /**
     * Sets PENDING; returns whether this call set it. Full barrier; pairs with {@link #beginRun}.
     */
    @HotPath
    boolean tryPend() {
        return ((long) STATE.getAndBitwiseOr(this, PENDING) & PENDING) == 0;
    }

    /**
     * Clears PENDING, before the function. Full barrier: it reads what every {@link #tryPend} that
     * it overtakes has left, so their callers' earlier writes are visible to the function.
     *
     * @param poolId the pool that runs it
     */
    @HotPath
    void beginRun(int poolId) {
        STATE.getAndSet(this, (long) (poolId + 1) << POOL_SHIFT);
    }

    /** Gives PENDING back without a run; the owner of PENDING. */
    @HotPath
    void unpend(int lastPool, int disableDepth) {
        // As in beginRun(): a call that found PENDING set has to be seen by the next run.
        STATE.getAndSet(
                this, (long) (lastPool + 1) << POOL_SHIFT | (long) disableDepth << DISABLE_SHIFT);
    }

    /** Returns the word; pairs with the releases of whoever owned it when it was written. */
    @HotPath
    long stateAcquire() {
        return (long) STATE.getAcquire(this);
    }

    /**
     * Says that the item is on a list of {@code on}'s pool. That pool's lock held.
     *
     * @param more INACTIVE, LINKED or 0
     * @param color the flush colour with which it counts as in flight
     */
    @HotPath
    void markQueued(PoolWorkqueue on, long more, int color) {
        poolWorkqueue = on;
        // Publishes poolWorkqueue; pairs with stateAcquire() of those who look without the lock. No
        // tryPend() is lost: PENDING stays set.
        STATE.setRelease(this, PENDING | QUEUED | more | (long) color << COLOR_SHIFT);
    }

    /** Returns the flush colour of a queued item. Its pool's lock held. */
    @HotPath
    int color() {
        return (int) (stateAcquire() >>> COLOR_SHIFT) & COLORS - 1;
    }

    /**
     * Returns the pool on whose list the item is, or else the one that ran it last, or null if none
     * has. Any thread, without a lock; with that pool's lock the caller has to look again.
     *
     * @param poolById all pools
     */
    WorkerPool whereabouts(WorkerPool[] poolById) {
        // One load: of two, the first may find an item that runs, and the second the same item on
        // a list, where it does not say who ran it last.
        long now = stateAcquire();
        if ((now & QUEUED) != 0) {
            // As new as that QUEUED at least; pairs with the release of markQueued().
            return poolWorkqueue.pool;
        }
        int last = (int) (now >>> POOL_SHIFT) - 1;
        return last < 0 ? null : poolById[last];
    }

    /** Says that the item is on no list, but still pending: it belongs to the caller. */
    void markTaken(int lastPool) {
        // PENDING stays set, as in markQueued().
        STATE.setRelease(this, PENDING | (long) (lastPool + 1) << POOL_SHIFT);
    }

    /** Sets {@code flag} of a queued item. Its pool's lock held. */
    @HotPath
    void addFlag(long flag) {
        // Two steps: PENDING stays set, and nobody else writes. Releases, as this is now the word
        // by which poolWorkqueue is seen; pairs with stateAcquire().
        STATE.setRelease(this, stateAcquire() | flag);
    }

    /** Clears {@code flag} of a queued item. Its pool's lock held. */
    @HotPath
    void clearFlag(long flag) {
        // As in addFlag().
        STATE.setRelease(this, stateAcquire() & ~flag);
    }

    @HotPath
    boolean has(long flag) {
        return (stateAcquire() & flag) != 0;
    }

    /** Returns the pool that ran the item last, or −1; meaningful while it is not queued. */
    @HotPath
    int lastPool() {
        long now = stateAcquire();
        return (now & QUEUED) != 0 ? -1 : (int) (now >>> POOL_SHIFT) - 1;
    }

    /** Returns how often the item is disabled; meaningful while it is not queued. */
    @HotPath
    int disableDepth() {
        return (int) ((stateAcquire() & DISABLE_MASK) / DISABLE_ONE);
    }

    /**
     * Enters the item as running for {@code queue}. The exchange is one step, so that of two runs
     * at once the later one finds the other.
     *
     * @return the queue for which it runs already, or null
     */
    Workqueue enterRun(Workqueue queue) {
        return (Workqueue) RUNS_FOR.compareAndExchange(this, null, queue);
    }

    void leaveRun() {
        // Before the worker takes its pool's lock to end the item, so before the next run begins.
        RUNS_FOR.setOpaque(this, null);
    }
}
