package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.Domain;

import java.util.List;

/** The bugs that have no entry yet. */
final class MissingBugs {
    private static final String NOT_WRITTEN = "its entry";

    private MissingBugs() {}

    static List<MissingBug> all() {
        return List.of(
                soon("B-10", "Workqueue starved by max_active", Domain.WORK),
                soon("B-11", "Flush from the own work", Domain.WORK),
                soon("B-12", "No rescuer", Domain.WORK),
                soon("B-13", "CPU hog on a per-CPU queue", Domain.WORK),
                soon("B-22", "Sleep in atomic context", Domain.LOCKS),
                soon("B-23", "Lock without irqsave", Domain.LOCKS),
                soon("B-24", "Two vectors, one lock, interrupts on", Domain.LOCKS),
                soon("B-25", "Priority inversion", Domain.LOCKS),
                new MissingBug("B-29", "Torn clock read", Domain.USER, "the vDSO clock"),
                new MissingBug(
                        "B-32",
                        "DQBUF starvation",
                        Domain.USER,
                        "the character device of a camera"),
                soon("B-39", "Work initialised again while queued", Domain.WORK),
                soon("B-40", "Work stranded on a CPU that is off", Domain.WORK));
    }

    private static MissingBug soon(String id, String title, Domain domain) {
        return new MissingBug(id, title, domain, NOT_WRITTEN);
    }
}
