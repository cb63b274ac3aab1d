package org.irqlab.kernel.sched.fair;

/**
 * What CPU selection remembers of a task, also of an idle task, which is the waker of interrupts
 * that arrive while it is current: how often it wakes different tasks ({@code wakee_flips}), and
 * where it used to run.
 *
 * <p><b>Threads.</b> The flips of a task are written by the task itself, and read by those who wake
 * it, racily as in Linux.
 */
public final class WakeHistory {
    private static final long DECAY_NS = 1_000_000_000L;

    private WakeHistory lastWakee;
    private int flips;
    private long decayedNs;
    private int recentCpu;

    /**
     * @param cpu where the task starts
     */
    public WakeHistory(int cpu) {
        recentCpu = cpu;
    }

    /**
     * The owner wakes {@code wakee} ({@code record_wakee}): a flip if it is not the last one. Flips
     * halve at most once per second.
     *
     * <p>SIMPLIFIED: in ns, not in ticks.
     */
    void wakes(WakeHistory wakee, long nowNs) {
        if (nowNs - decayedNs > DECAY_NS) {
            flips >>= 1;
            decayedNs = nowNs;
        }
        if (lastWakee != wakee) {
            lastWakee = wakee;
            flips++;
        }
    }

    int flips() {
        return flips;
    }

    /** Returns the CPU noted by the last call, and notes {@code cpu} ({@code recent_used_cpu}). */
    int exchangeRecentCpu(int cpu) {
        int recent = recentCpu;
        recentCpu = cpu;
        return recent;
    }

    /**
     * Returns whether waker and wakee are hub and spokes, more of them than the cache domain has
     * CPUs, so that pulling them together would do harm ({@code wake_wide}).
     */
    static boolean wide(WakeHistory waker, WakeHistory wakee, int cpus) {
        int more = Math.max(waker.flips, wakee.flips);
        int less = Math.min(waker.flips, wakee.flips);
        return less >= cpus && more >= (long) less * cpus;
    }
}
