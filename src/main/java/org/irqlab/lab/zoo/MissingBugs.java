package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.Domain;

import java.util.List;

/** The bugs that have no entry yet. */
final class MissingBugs {
    private static final String NOT_WRITTEN = "its entry";

    private MissingBugs() {}

    static List<MissingBug> all() {
        return List.of(
                soon("B-07", "Softirq livelock", Domain.SOFTIRQS),
                soon("B-08", "Disabled tasklet scheduled", Domain.SOFTIRQS),
                soon("B-09", "Tasklet that schedules itself, killed", Domain.SOFTIRQS),
                soon("B-14", "Lost wake-up", Domain.LOCKS),
                new MissingBug("B-29", "Torn clock read", Domain.USER, "the vDSO clock"),
                soon("B-31", "NAPI unmask race", Domain.SOFTIRQS),
                new MissingBug(
                        "B-32",
                        "DQBUF starvation",
                        Domain.USER,
                        "the character device of a camera"),
                soon("B-35", "ksoftirqd starved", Domain.SOFTIRQS),
                soon("B-36", "Real-time task spins until", Domain.LOCKS),
                soon("B-41", "Interrupt coalescing mismatch", Domain.SOFTIRQS),
                soon("B-46", "Deferred work late, unseen", Domain.SOFTIRQS));
    }

    private static MissingBug soon(String id, String title, Domain domain) {
        return new MissingBug(id, title, domain, NOT_WRITTEN);
    }
}
