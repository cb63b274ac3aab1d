package org.irqlab.lab.zoo;

import org.irqlab.lab.zoo.rig.Domain;

import java.util.List;

/** The bugs that have no entry yet. */
final class MissingBugs {
    private MissingBugs() {}

    static List<MissingBug> all() {
        return List.of(
                new MissingBug("B-29", "Torn clock read", Domain.USER, "the vDSO clock"),
                new MissingBug(
                        "B-32",
                        "DQBUF starvation",
                        Domain.USER,
                        "the character device of a camera"));
    }
}
