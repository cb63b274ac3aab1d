package org.irqlab.lab.timeline;

import org.irqlab.lab.timeline.ContextFrame.Before;
import org.irqlab.lab.timeline.ContextFrame.RaiseOrigin;
import org.irqlab.lab.trace.EventKind;

import java.util.Arrays;

/**
 * One CPU of a trace: its task, the interrupts and softirqs on top of it, and the softirqs that are
 * pending.
 *
 * <p><b>Threads.</b> One: that of the {@link TraceTimeline}.
 */
public final class CpuTimeline {
    /** Number of softirq vectors. */
    public static final int VECTORS = 10;

    public final int cpu;

    /** Tag of the earliest pending raise of each vector, for the listener that acts on raises. */
    public final int[] raiseTags = new int[VECTORS];

    private ContextFrame[] frames = {new ContextFrame(), new ContextFrame(), new ContextFrame()};
    private int depth;
    private TraceTask current;

    // Softirqs: raised since the last snapshot, and left over in the snapshot that is worked off.
    private final long[] raisedNs = new long[VECTORS];
    private final RaiseOrigin[] origins = new RaiseOrigin[VECTORS];
    private int pending;
    private final long[] batchNs = new long[VECTORS];
    private final RaiseOrigin[] batchOrigins = new RaiseOrigin[VECTORS];
    private final int[] batchTags = new int[VECTORS];
    private int batch;

    // The CPU's last event.
    long firstNs = TraceWake.NONE;
    long lastNs;
    Before last = Before.OTHER;
    long blockStartNs;

    // The last time it was idle.
    private boolean idle;
    private long idleSinceNs;
    private long idleUntilNs = -1;

    CpuTimeline(int cpu) {
        this.cpu = cpu;
        Arrays.fill(raiseTags, TraceWake.NONE);
    }

    /** Returns the task under the interrupts, null before the CPU's first event. */
    public TraceTask current() {
        return current;
    }

    /** Returns the interrupt or softirq that runs, or null when a task does. */
    public ContextFrame top() {
        return depth == 0 ? null : frames[depth - 1];
    }

    /** Returns the own time of whatever runs, from its start. */
    public long netNs(long nowNs) {
        return depth == 0 ? current.netNs(nowNs) : frames[depth - 1].netNs(nowNs);
    }

    /** Returns what the CPU's event before the present one was. */
    public Before before() {
        return last;
    }

    /** Returns the time of the CPU's event before the present one. */
    public long beforeNs() {
        return lastNs;
    }

    /** Returns when the interrupts and softirqs that run, or ended last, began without a break. */
    public long blockStartNs() {
        return blockStartNs;
    }

    /** Whether its idle task was on at the time, as far as is known now. */
    public boolean idleAt(long timeNs) {
        return idleSinceNs <= timeNs && (idle || timeNs <= idleUntilNs);
    }

    int depth() {
        return depth;
    }

    ContextFrame frame(int level) {
        return frames[level];
    }

    ContextFrame push(EventKind opened, int number, int nameId, long nowNs) {
        if (depth == frames.length) {
            frames = Arrays.copyOf(frames, 2 * depth);
            for (int i = depth; i < frames.length; i++) {
                frames[i] = new ContextFrame();
            }
        }
        ContextFrame frame = frames[depth];
        frame.open(opened, number, nameId, nowNs);
        depth++;
        return frame;
    }

    /** Takes the top off the stack; its time from start to {@code nowNs} was not that below it. */
    void pop(long nowNs) {
        depth--;
        exclude(nowNs - frames[depth].startNs);
    }

    /** Takes {@code ns} out of what runs: a path of the kernel that the replay makes by itself. */
    void exclude(long ns) {
        if (depth > 0) {
            frames[depth - 1].exclude(ns);
        } else if (current != null) {
            current.exclude(ns);
        }
    }

    void enter(TraceTask task, long nowNs) {
        current = task;
        task.enter(cpu, nowNs);
        if (task.taskClass == TaskClass.IDLE) {
            idle = true;
            idleSinceNs = nowNs;
        } else if (idle) {
            idle = false;
            idleUntilNs = nowNs;
        }
    }

    /** Returns whether the vector was pending. */
    boolean raise(int vector, long nowNs, RaiseOrigin origin) {
        if ((pending & 1 << vector) != 0) {
            return true;
        }
        pending |= 1 << vector;
        raisedNs[vector] = nowNs;
        origins[vector] = origin;
        raiseTags[vector] = TraceWake.NONE;
        return false;
    }

    /**
     * Fills the frame of a softirq run with the raise that it answers. As in the kernel, a pass
     * works off a snapshot of the pending vectors; a vector that is not in it shows that a new pass
     * began.
     */
    void answerRaise(ContextFrame run) {
        int vector = run.number;
        if ((batch & 1 << vector) == 0) {
            snapshot();
        }
        if ((batch & 1 << vector) != 0) {
            batch &= ~(1 << vector);
            run.raisedNs = batchNs[vector];
            run.origin = batchOrigins[vector];
            run.raiseTag = batchTags[vector];
        }
    }

    /**
     * An interrupt came inside softirq processing but outside any run. If no run ended just before,
     * the first one has not begun, but the snapshot is taken: what this interrupt raises is for the
     * next pass.
     */
    void interruptedBetweenRuns() {
        if (batch == 0 && last != Before.SOFTIRQ_EXIT) {
            snapshot();
        }
    }

    private void snapshot() {
        for (int vector = 0; vector < VECTORS; vector++) {
            if ((pending & 1 << vector) != 0) {
                batchNs[vector] = raisedNs[vector];
                batchOrigins[vector] = origins[vector];
                batchTags[vector] = raiseTags[vector];
            }
        }
        batch = pending;
        pending = 0;
    }

    /** Forgets what is open and pending: events were lost. */
    void forget() {
        depth = 0;
        current = null;
        pending = 0;
        batch = 0;
        last = Before.OTHER;
        if (idle) {
            idle = false;
            idleUntilNs = lastNs;
        }
    }
}
