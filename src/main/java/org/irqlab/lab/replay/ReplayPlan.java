package org.irqlab.lab.replay;

import java.util.List;
import java.util.Map;

/**
 * What a recorded machine did, taken apart into activities that the virtual machine can do again.
 *
 * <p>An <em>activity</em> is a stretch of CPU work in one context: one run of a top half, of a
 * softirq vector, of a work item, or one quantum of a task (from its switch-in to the switch-out
 * with which it goes to sleep, preemptions left out). Its cost is net of everything that
 * interrupted it. On the way it performs <em>actions</em>: raises, wakes, queued work, requests
 * whose completion is a later interrupt. What an action sets off is the activity named by it; so
 * the whole trace is a forest whose roots are the <em>arrivals</em>, the only things that happen at
 * absolute times.
 *
 * <p>Everything is a flat array indexed by number, so that the replay allocates nothing. Times are
 * ns.
 */
public final class ReplayPlan {
    /** No activity: a wake of a task that was awake, a raise of a vector that was pending. */
    public static final int NONE = -1;

    /** What an activity does on its way; see {@link #actionKind}. */
    public enum ActionKind {
        /** Raise softirq vector {@code actionTarget}; its run is {@code actionActivity} or NONE. */
        RAISE,
        /** Wake task {@code actionTarget}; it then runs quantum {@code actionActivity} or NONE. */
        WAKE,
        /**
         * Leave task {@code actionTarget} something to do, quantum {@code actionActivity}: it was
         * awake. A task that is asleep is woken.
         */
        DELIVER,
        /**
         * Queue work item {@code actionTarget}; its execution is {@code actionActivity} or NONE.
         */
        QUEUE_WORK,
        /**
         * A request is on its way to the device of source {@code actionTarget}: after {@code
         * actionDelayNs} it fires its interrupt, whose top half is {@code actionActivity}.
         */
        REQUEST
    }

    /** Where arrivals come from. */
    public enum SourceKind {
        /** A device line with its own MSI-X vector. */
        DEVICE,
        /** The local timer of a CPU. */
        LOCAL_TIMER,
        /** Inter-processor interrupts that no wake in the trace explains. */
        IPI,
        /**
         * A softirq raised outside any interrupt: loopback, veth, RPS. The raise is the arrival,
         * where the task that raised it is not itself replayed.
         */
        TASK_SOFTIRQ,
        /** A task that is not itself replayed queues work. */
        TASK_WORK,
        /** Somebody who is not replayed, or whom the trace does not name, wakes a task. */
        TASK_WAKE
    }

    /** What an activity is; see {@link #activityKind}. */
    public enum ActivityKind {
        /** Run of an interrupt: a device's, the local timer's, an IPI's. */
        TOP_HALF,
        /** Run of a softirq vector. */
        SOFTIRQ,
        /** Execution of a work item. */
        WORK,
        /** Quantum of a task. */
        QUANTUM,
        /**
         * One action of a task that is not replayed: queueing work or a wake, with the time it
         * took, in task context.
         */
        TASK_ACTION
    }

    /**
     * One source of arrivals.
     *
     * @param number irq number, interrupt vector (0 if no event told it), or softirq vector, by
     *     kind
     * @param cpu the CPU that takes its interrupts; for a device, that of most of its interrupts
     * @param movable whether a what-if moves this source's bottom halves
     */
    public record Source(
            int id, SourceKind kind, String name, int number, int cpu, boolean movable) {}

    /**
     * One task: a thread of the replay. Kernel workers and ksoftirqd are not here: the machine has
     * its own.
     */
    public record TaskSpec(int id, int pid, String name, int prio, boolean kernelThread) {}

    /**
     * One work item.
     *
     * @param highPriority queued on a high-priority pool
     * @param unbound queued on an unbound pool
     */
    public record WorkSpec(
            int id, String function, String workqueue, boolean highPriority, boolean unbound) {}

    public int cpus;

    /** CPU number in the trace, by CPU of the plan; CPUs without events are left out. */
    public int[] recordedCpu;

    public long durationNs;

    /**
     * Whether the trace tells switches and wakes of ordinary tasks. If not, there are no tasks, and
     * what tasks set off are arrivals.
     */
    public boolean seesTasks;

    /** Share of the CPUs' time that no loss of events cut out. */
    public double coverage;

    public List<Source> sources;
    public List<TaskSpec> tasks;
    public List<WorkSpec> works;

    /** By task: what it costs it, beyond the switch itself, to go on after a preemption, ns. */
    public long[] returnNs;

    // Arrivals at absolute times, sorted by time.
    /** ns since the start of the trace. */
    public long[] arrivalNs;

    public int[] arrivalSource;
    public int[] arrivalCpu;

    /**
     * The top half (interrupt sources), the run of the softirq (TASK_SOFTIRQ; NONE if it was
     * pending), or the {@link ActivityKind#TASK_ACTION} (the other task sources).
     */
    public int[] arrivalActivity;

    // Activities, in order of their start; TASK_ACTIONs last.
    /** Ordinals of {@link ActivityKind}. */
    public byte[] activityKind;

    /** Recorded start, ns since the start of the trace. */
    public long[] activityStartNs;

    /** Softirq vector, work item, or task, by kind; NONE of a top half. */
    public int[] activitySubject;

    /** Own time, without interrupts, preemption and the paths of {@link PathCosts}. */
    public long[] costNs;

    /**
     * Of a quantum: what its task does besides {@link #costNs} if it was asleep before; once a
     * turn, however many quanta the turn serves.
     */
    public long[] activityTurnNs;

    /**
     * The source whose arrival this activity serves (top half, or softirq run it raised), or NONE.
     * A softirq that a task raised serves the TASK_SOFTIRQ source of its vector and CPU, also where
     * the raise is an action of a quantum and not an arrival.
     */
    public int[] activitySource;

    /** The CPU on which it ran. */
    public int[] activityCpu;

    /**
     * Of a quantum whose switch-in from idle was not recorded: the part of the recorded stretch
     * that is taken for the way out of idle; the rest is in its cost. NONE where it was recorded,
     * or where another machine's way out is burnt.
     */
    public long[] activityIdleExitNs;

    /**
     * Of a quantum that was woken from another CPU while its own was idle: what the wake took until
     * it arrived there. How deep the CPU slept shows in this, in the way out of idle and in what
     * follows; draws would part what belongs together. NONE where it was not so, or where another
     * machine's wakes are burnt.
     */
    public long[] activityRemoteWakeNs;

    /** Packets a NAPI poll did in it, else 0. */
    public int[] activityPackets;

    /**
     * Index of its first action; actions of activity a are {@code [firstAction[a], firstAction[a +
     * 1])}.
     */
    public int[] firstAction;

    // Actions, sorted by activity and offset.
    /**
     * Net ns since the start of the activity; of a quantum, since the end of its turn's part, so
     * that it may be negative.
     */
    public long[] actionOffsetNs;

    /** Ordinals of {@link ActionKind}. */
    public byte[] actionKind;

    public int[] actionTarget;
    public int[] actionActivity;

    /** REQUEST: time from the action to the first instruction of the top half. */
    public long[] actionDelayNs;

    /**
     * Part of the activity's cost that the action itself took, as far as the trace shows: waking →
     * wakeup, queue_work → wakeup of the worker. A wake that turns out to be none saves it.
     * DELIVER: what comes on top, besides the wake, where it is one.
     */
    public long[] actionCostNs;

    /** CPU that the kernel chose: run queue of a WAKE, pool of a QUEUE_WORK; NONE if unbound. */
    public int[] actionCpu;

    /**
     * The quantum with which each task starts if the trace shows it running before any wake, or
     * NONE.
     */
    public int[] initialQuantum;

    /** What the replay burns: the trace's own, unless a {@link Calibration} replaces them. */
    public PathCosts paths;

    /** The trace's own, which were taken out of the recorded durations. */
    public PathCosts recordedPaths;

    /** What was recorded and where it went, by name. */
    public Map<String, Long> counts;

    /** What the builder could not use, in words for the report, with counts. */
    public List<String> notes;

    /** Returns by activity whether it raises a softirq that serves the same arrival. */
    public boolean[] leavesBottomHalf() {
        var leaves = new boolean[costNs.length];
        for (int activity = 0; activity < leaves.length; activity++) {
            for (int action = firstAction[activity]; action < firstAction[activity + 1]; action++) {
                int raised = actionActivity[action];
                leaves[activity] |=
                        actionKind[action] == ActionKind.RAISE.ordinal()
                                && raised != NONE
                                && activitySource[raised] == activitySource[activity];
            }
        }
        return leaves;
    }
}
