package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.Domain;

import java.util.List;

/** The bugs that have no entry yet. */
final class MissingBugs {
    private static final String NOT_WRITTEN = "its entry";

    private MissingBugs() {}

    static List<MissingBug> all() {
        return List.of(
                soon("B-01", "Long top half", Domain.INTERRUPTS),
                soon("B-02", "Missed device acknowledge (level)", Domain.INTERRUPTS),
                soon("B-03", "Missed end of interrupt", Domain.INTERRUPTS),
                soon("B-04", "End of interrupt out of order", Domain.INTERRUPTS),
                soon("B-05", "Level-interrupt storm", Domain.INTERRUPTS),
                soon("B-06", "Shared line, wrong return value", Domain.INTERRUPTS),
                soon("B-15", "Lost edge on mask", Domain.INTERRUPTS),
                soon("B-16", "Short level pulse", Domain.INTERRUPTS),
                soon("B-17", "MSI-X entry changed unmasked", Domain.DEVICES),
                soon("B-18", "Retarget race", Domain.INTERRUPTS),
                soon("B-19", "Missing ONESHOT", Domain.INTERRUPTS),
                soon("B-21", "disable_irq in the own handler", Domain.INTERRUPTS),
                soon("B-26", "Affinity imbalance", Domain.INTERRUPTS),
                soon("B-27", "Vector exhaustion", Domain.INTERRUPTS),
                soon("B-28", "False sharing", Domain.MEMORY),
                soon("B-30", "Fault loop", Domain.TRAPS),
                soon("B-33", "Memory order", Domain.MEMORY),
                soon("B-34", "Stale vector after CPU down", Domain.INTERRUPTS),
                soon("B-37", "Cross-call wait with interrupts off", Domain.CALLS),
                soon("B-38", "Timer drift", Domain.TIME),
                soon("B-42", "Free while the handler runs", Domain.INTERRUPTS),
                soon("B-43", "Disable while active", Domain.INTERRUPTS),
                soon("B-44", "End without acknowledge", Domain.INTERRUPTS),
                soon("B-45", "Enable before the handler is bound", Domain.INTERRUPTS),
                soon("B-47", "Refused while in progress", Domain.INTERRUPTS),
                soon("B-07", "Softirq livelock", Domain.SOFTIRQS),
                soon("B-08", "Disabled tasklet scheduled", Domain.SOFTIRQS),
                soon("B-09", "Tasklet that schedules itself, killed", Domain.SOFTIRQS),
                soon("B-10", "Workqueue starved by max_active", Domain.WORK),
                soon("B-11", "Flush from the own work", Domain.WORK),
                soon("B-12", "No rescuer", Domain.WORK),
                soon("B-13", "CPU hog on a per-CPU queue", Domain.WORK),
                soon("B-14", "Lost wake-up", Domain.LOCKS),
                soon("B-22", "Sleep in atomic context", Domain.LOCKS),
                soon("B-23", "Lock without irqsave", Domain.LOCKS),
                soon("B-24", "Two vectors, one lock, interrupts on", Domain.LOCKS),
                soon("B-25", "Priority inversion", Domain.LOCKS),
                new MissingBug("B-29", "Torn clock read", Domain.USER, "the vDSO clock"),
                soon("B-31", "NAPI unmask race", Domain.SOFTIRQS),
                new MissingBug(
                        "B-32",
                        "DQBUF starvation",
                        Domain.USER,
                        "the character device of a camera"),
                soon("B-35", "ksoftirqd starved", Domain.SOFTIRQS),
                soon("B-36", "Real-time task spins until", Domain.LOCKS),
                soon("B-39", "Work initialised again while queued", Domain.WORK),
                soon("B-40", "Work stranded on a CPU that is off", Domain.WORK),
                soon("B-41", "Interrupt coalescing mismatch", Domain.SOFTIRQS),
                soon("B-46", "Deferred work late, unseen", Domain.SOFTIRQS));
    }

    private static MissingBug soon(String id, String title, Domain domain) {
        return new MissingBug(id, title, domain, NOT_WRITTEN);
    }
}
