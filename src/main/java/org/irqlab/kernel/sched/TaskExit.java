package org.irqlab.kernel.sched;

/** Unwinds a task that the machine ends at shutdown; carries no stack and is never an error. */
public final class TaskExit extends RuntimeException {
    private static final long serialVersionUID = 1L;

    TaskExit() {
        super("task exit", null, false, false);
    }
}
