package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Where one CPU's time goes: every change of context reads the clock once, so that the kinds add up
 * to the wall time.
 *
 * <p>What the host steals counts for whatever context it hits. An NMI counts for what it
 * interrupts.
 *
 * <p><b>Threads.</b> {@link #enter} the CPU's holder; {@link #ns} any: an old value, exact once the
 * machine is quiet.
 *
 * @see "Linux kernel/sched/cputime.c; Documentation/filesystems/proc.rst, stat"
 */
public final class CpuTimes {
    /** What a CPU can be doing. */
    public enum Kind {
        IDLE,
        TASK,
        SOFTIRQ,
        HARDIRQ
    }

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 128 / Long.BYTES;

    // Written by the holder, through WORD where others read.
    private final long[] words = new long[PADDING + Kind.values().length + PADDING];
    private Kind kind = Kind.IDLE;
    private long sinceNs;

    /** Begins to count, as idle. Before the CPU runs. */
    public CpuTimes() {
        sinceNs = HostClock.nowNs();
    }

    /** From now on the CPU does this; returns what it did before. */
    @HotPath
    Kind enter(Kind next) {
        long now = HostClock.nowNs();
        int index = PADDING + kind.ordinal();
        WORD.setOpaque(words, index, words[index] + now - sinceNs);
        sinceNs = now;
        Kind before = kind;
        kind = next;
        return before;
    }

    /** Returns the time spent so, up to the last change, ns. */
    public long ns(Kind of) {
        return (long) WORD.getOpaque(words, PADDING + of.ordinal());
    }

    /** Returns the time counted in all, ns. */
    public long totalNs() {
        long total = 0;
        for (Kind each : Kind.values()) {
            total += ns(each);
        }
        return total;
    }
}
