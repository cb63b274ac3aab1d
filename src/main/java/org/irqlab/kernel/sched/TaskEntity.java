package org.irqlab.kernel.sched;

import org.irqlab.kernel.sched.fair.FairEntity;
import org.irqlab.kernel.sched.fair.FairPolicy;

/** A task as the fair queue sees it, with the way back. */
final class TaskEntity extends FairEntity {
    private final Task task;

    TaskEntity(Task task, int nice) {
        super(FairPolicy.NORMAL, nice);
        this.task = task;
    }

    Task task() {
        return task;
    }
}
