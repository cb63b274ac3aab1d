package org.irqlab.lab.timeline;

/**
 * One task of a trace, with a clock of its own that stands still while the task is off the CPU or
 * interrupted.
 *
 * <p><b>Threads.</b> One: that of the {@link TraceTimeline}.
 */
public final class TraceTask {
    private static final long NEVER = Long.MIN_VALUE / 2;

    enum State {
        /** Not seen, or lost sight of. */
        UNKNOWN,
        RUNNING,
        /** Woken or preempted. */
        RUNNABLE,
        ASLEEP,
        DEAD
    }

    /** Number in order of appearance, from 0. */
    public final int id;

    public final int pid;
    public TaskClass taskClass;
    public int nameId;
    public int prio;

    /** The work item that this worker executes, or null. */
    public TraceWork work;

    /** The wake that started the present quantum, or null when none was recorded. */
    public TraceWake startedBy;

    /** For the listener that acts on quanta. */
    public int tag = TraceWake.NONE;

    State state = State.UNKNOWN;
    boolean inQuantum;
    private int cpu = -1;
    private TraceWake wake = new TraceWake();
    private TraceWake later = new TraceWake();

    // The net clock: what ran before, and the stretch on the CPU that goes on.
    private long ranNs;
    private long sinceNs;
    private long nestedNs;
    private long offSinceNs = NEVER;

    TraceTask(int id, int pid, int nameId, int prio, TaskClass taskClass) {
        this.id = id;
        this.pid = pid;
        this.nameId = nameId;
        this.prio = prio;
        this.taskClass = taskClass;
    }

    /** Returns the CPU time it had until {@code nowNs}; meant for moments without an interrupt. */
    public long netNs(long nowNs) {
        return state == State.RUNNING ? ranNs + nowNs - sinceNs - nestedNs : ranNs;
    }

    /** Whether it runs or waits for a CPU. */
    public boolean awake() {
        return state == State.RUNNING || state == State.RUNNABLE;
    }

    /** Takes over what a later event says: an exec changes the name, a policy the prio. */
    void rename(int newNameId, int newPrio, TaskClass newClass) {
        nameId = newNameId;
        prio = prioOr(newPrio);
        taskClass = newClass;
    }

    int prioOr(int newPrio) {
        return newPrio >= 0 ? newPrio : prio;
    }

    /** Returns the CPU it ran on last, or -1. */
    public int cpu() {
        return cpu;
    }

    void enter(int onCpu, long nowNs) {
        cpu = onCpu;
        state = State.RUNNING;
        sinceNs = nowNs;
        nestedNs = 0;
    }

    void leave(long nowNs, State next) {
        ranNs = netNs(nowNs);
        state = next;
        offSinceNs = nowNs;
    }

    /** Takes {@code ns} out of the present stretch: an interrupt, or a path of the kernel. */
    void exclude(long ns) {
        nestedNs += ns;
    }

    /** When it last left a CPU; long ago, if that is not in the trace. */
    public long offSinceNs() {
        return offSinceNs;
    }

    /** Returns the record for a wake that begins now. */
    TraceWake slotForWaking() {
        return wake.ready() && state == State.RUNNABLE ? later : wake;
    }

    /** Returns the wake that a sched_wakeup completes, or null when none began. */
    TraceWake slotForWakeup() {
        if (later.pending) {
            return later;
        }
        return wake.pending && !wake.ready() ? wake : null;
    }

    /** Takes the wake that starts the quantum which begins, or null. */
    TraceWake takeWake() {
        if (!wake.pending) {
            return null;
        }
        TraceWake taken = wake;
        taken.pending = false;
        wake = later;
        later = taken;
        return taken;
    }
}
