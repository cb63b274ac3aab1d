package org.irqlab.lab.timeline;

/** Kinds of tasks that a replay and its figures keep apart. */
public enum TaskClass {
    IDLE("idle"),
    /** A worker of a workqueue, or a rescuer. */
    WORKER("kworker"),
    SOFTIRQD("ksoftirqd"),
    /** The thread of a threaded NAPI instance. */
    NAPI("napi"),
    /** A real-time task: prio below 100 and not a worker. */
    RT("rt"),
    /** Every other task, kernel threads too. */
    USER("task");

    /** First kernel prio of the fair class; below are the real-time ones. */
    private static final int FIRST_FAIR_PRIO = 100;

    private final String text;

    TaskClass(String text) {
        this.text = text;
    }

    /** Returns the name used in stage names. */
    public String text() {
        return text;
    }

    /**
     * Whether the machine has such tasks of its own, so that a replay makes their wakes and
     * stretches by itself.
     */
    public boolean belongsToMachine() {
        return this == IDLE || this == WORKER || this == SOFTIRQD;
    }

    /**
     * Tells the class of a task by its name, as Linux gives it.
     *
     * @param prio the kernel's prio, or -1 when no event told it
     */
    static TaskClass of(int pid, String name, int prio) {
        if (pid == 0) {
            return IDLE;
        }
        if (name.startsWith("kworker/")) {
            return WORKER;
        }
        if (name.startsWith("ksoftirqd/")) {
            return SOFTIRQD;
        }
        if (name.startsWith("napi/")) {
            return NAPI;
        }
        return prio >= 0 && prio < FIRST_FAIR_PRIO ? RT : USER;
    }
}
