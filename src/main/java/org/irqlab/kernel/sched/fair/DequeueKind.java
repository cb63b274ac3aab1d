package org.irqlab.kernel.sched.fair;

/** Why an entity leaves a queue ({@code DEQUEUE_*} flags of {@code dequeue_task_fair}). */
public enum DequeueKind {
    /** Sleep; delayed while the entity is not eligible. */
    SLEEP,
    /**
     * Sleep in a state that must not see spurious wake-ups (stopped, traced, parked, dead, frozen):
     * never delayed.
     */
    SPECIAL_SLEEP,
    /**
     * Not a sleep: migration, priority or class change. Saves the deadline relative to vruntime.
     */
    MOVE
}
