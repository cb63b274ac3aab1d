package org.irqlab.kernel.sched.fair;

/** Why an entity joins a queue ({@code ENQUEUE_*} flags of {@code enqueue_task_fair}). */
public enum EnqueueKind {
    /** A wake-up: saved lag, fresh full-slice deadline. */
    WAKEUP,
    /** The first wake-up of a new task: half a slice, to ease into the competition. */
    INITIAL,
    /** Back after {@link DequeueKind#MOVE}, here or on another CPU: keeps the relative deadline. */
    MOVE
}
