package org.irqlab.lab.replay;

import org.irqlab.lab.timeline.ContextFrame.RaiseOrigin;
import org.irqlab.lab.timeline.TaskClass;

import java.util.Optional;

/** Names of the stages that {@link StageAnalysis} measures. */
public final class StageNames {
    /** Exit of an interrupt → entry, directly after it, of a softirq that was raised in it. */
    public static final String IRQ_EXIT_TO_SOFTIRQ = "irq exit→softirq entry";

    /** Exit of a softirq → entry of the next one of the batch. */
    public static final String SOFTIRQ_TO_SOFTIRQ = "softirq exit→softirq entry";

    /** Raise in a task → entry directly after it. */
    public static final String TASK_RAISE_TO_SOFTIRQ = "raise in task→softirq entry";

    /** Idle CPU: end of the interrupts in which a task was woken → its switch-in. */
    public static final String IDLE_EXIT = "idle exit→switch-in";

    /**
     * The same where the switch-in was not recorded: end of the interrupts → start of the work item
     * of a worker.
     */
    public static final String IDLE_EXIT_TO_WORK = "idle exit→work start (implicit)";

    /** Idle CPU, woken from another: sched_wakeup → switch-in. */
    public static final String REMOTE_IDLE_SWITCH = "wakeup→in remote idle";

    /** Busy CPU, woken from another, preempting: sched_wakeup → switch-in. */
    public static final String REMOTE_BUSY_SWITCH = "wakeup→in remote busy preempting";

    /** End of the interrupts in which a task was woken → its switch-in, which preempts. */
    public static final String PREEMPT_AFTER_IRQ = "irq exit→switch-in preempting";

    /** Wake in a task → switch-in of the woken, which preempts that task. */
    public static final String PREEMPT_AFTER_WAKE = "wakeup in task→switch-in preempting";

    /** Time in which the waker's CPU executes a wake. */
    public static final String WAKE_LOCAL = "waking→wakeup local";

    /** {@link #WAKE_LOCAL} for an idle CPU. */
    static final String WAKE_LOCAL_IDLE = "waking→wakeup local idle";

    /** {@link #WAKE_LOCAL} for a busy CPU. */
    static final String WAKE_LOCAL_BUSY = "waking→wakeup local busy";

    public static final String WAKE_REMOTE_IDLE = "waking→wakeup remote idle";
    public static final String WAKE_REMOTE_BUSY = "waking→wakeup remote busy";

    /** Switch-in of a worker → start of its item. */
    public static final String WORKER_START = "worker switch-in→work start";

    /** End of an item → start of the next by the same worker. */
    public static final String WORKER_NEXT = "work end→work start";

    /** End of an item → switch-out of its worker. */
    public static final String WORKER_LEAVE = "work end→switch-out";

    /** Begins the names of the stages that are quanta of tasks. */
    public static final String QUANTUM = "quantum";

    private static final String WAKING_TO_IN = "waking→in ";

    private static final String[] VECTORS = {
        "HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"
    };

    private StageNames() {}

    /** Returns the kernel's name of a softirq vector. */
    public static String vector(int vector) {
        return VECTORS[vector];
    }

    /** Run of a device's top half, without what interrupted it. */
    public static String top(int irq, String device) {
        return "top irq/" + irq + " " + device;
    }

    /** Run of a vector's handler: local_timer, reschedule, call_function... */
    public static String topVector(String vector) {
        return "top " + vector;
    }

    /** Run of a softirq vector, without what interrupted it. */
    public static String softirq(int vector) {
        return "softirq " + VECTORS[vector];
    }

    /** Earliest pending raise → entry, wherever raised. */
    public static String raiseToEntry(int vector) {
        return "raise→entry " + VECTORS[vector];
    }

    /**
     * The same by where it was raised.
     *
     * @param direct entered at the next opportunity: directly after the exit of the interrupt, the
     *     softirq before it, or the raise
     */
    public static String raiseToEntry(int vector, RaiseOrigin origin, boolean direct) {
        return raiseToEntry(vector) + " " + origin.text() + (direct ? " direct" : " later");
    }

    /** queue_work → execute_start, by class of pool or by function. */
    public static String queueToStart(String what) {
        return "queue→start " + what;
    }

    /** Own time of executions, by class of pool or by function. */
    public static String work(String what) {
        return "work " + what;
    }

    /** sched_waking → switch-in. */
    public static String wakingToIn(boolean local, WakeTarget target, TaskClass task) {
        return WAKING_TO_IN
                + (local ? "local " : "remote ")
                + target.text
                + " ["
                + task.text()
                + "]";
    }

    /**
     * Returns the name of the group whose mode a row is: all of {@link #wakingToIn} of one class of
     * tasks together; empty for other rows.
     */
    public static Optional<String> groupOf(String row) {
        return row.startsWith(WAKING_TO_IN) && row.charAt(WAKING_TO_IN.length()) != '['
                ? Optional.of(WAKING_TO_IN + row.substring(row.lastIndexOf('[')))
                : Optional.empty();
    }

    /** sched_waking → first event of the task, where the switch-in was not recorded. */
    public static String wakingToFirstEvent(boolean local, TaskClass task) {
        return "waking→first event " + (local ? "local" : "remote") + " [" + task.text() + "]";
    }

    /** Own time from switch-in to the switch-out that sleeps. */
    public static String quantum(TaskClass task) {
        return QUANTUM + " [" + task.text() + "]";
    }

    /** The same from the task's first event on, where the switch-in was not recorded. */
    public static String quantumFromFirstEvent(TaskClass task) {
        return QUANTUM + " from first event [" + task.text() + "]";
    }

    /** What became of the CPU that a task was woken to. */
    public enum WakeTarget {
        IDLE("idle"),
        /** It was busy and its task had to leave. */
        PREEMPTED("busy preempting"),
        /** It was busy, or idle with another one woken there first, and its task left by itself. */
        AWAITED("busy waiting"),
        /** The task ran on another CPU than the one it was woken to. */
        MIGRATED("migrated");

        private final String text;

        WakeTarget(String text) {
            this.text = text;
        }
    }
}
