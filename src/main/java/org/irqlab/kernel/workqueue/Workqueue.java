package org.irqlab.kernel.workqueue;

/**
 * A named queue: which pools its items go to, and how many of them may be active there.
 *
 * <p><b>Threads.</b> Immutable; its counts are in its {@link PoolWorkqueue}s.
 *
 * @see "Linux Documentation/core-api/workqueue.rst"
 */
public final class Workqueue {
    /** The limit when none is asked for. */
    public static final int DEFAULT_MAX_ACTIVE = 256;

    public static final int MAX_ACTIVE_LIMIT = 512;

    private final String name;
    private final int nameId;
    private final WorkqueueFlags flags;
    private final int maxActive;
    private final boolean clamped;
    private final PoolWorkqueue[] byCpu;

    Workqueue(String name, int nameId, WorkqueueFlags flags, int asked, WorkerPool[] poolByCpu) {
        this.name = name;
        this.nameId = nameId;
        this.flags = flags;
        int wanted = asked == 0 ? DEFAULT_MAX_ACTIVE : asked;
        maxActive = flags.ordered() ? 1 : Math.clamp(wanted, 1, MAX_ACTIVE_LIMIT);
        clamped = maxActive != wanted && !flags.ordered();
        byCpu = new PoolWorkqueue[poolByCpu.length];
        for (int i = 0; i < byCpu.length; i++) {
            byCpu[i] =
                    i > 0 && poolByCpu[i] == poolByCpu[0]
                            ? byCpu[0]
                            : new PoolWorkqueue(this, poolByCpu[i]);
        }
    }

    public String name() {
        return name;
    }

    int nameId() {
        return nameId;
    }

    public WorkqueueFlags flags() {
        return flags;
    }

    /** Returns how many items may be active at once on one CPU, or, when unbound, in all. */
    public int maxActive() {
        return maxActive;
    }

    /** Returns whether the limit that was asked for was out of range. */
    public boolean maxActiveClamped() {
        return clamped;
    }

    /** Returns the link to the pool that serves {@code cpu}. */
    PoolWorkqueue on(int cpu) {
        return byCpu[cpu];
    }
}
