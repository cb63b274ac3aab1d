package org.irqlab.lab.zoo;

import java.util.List;

/** Zoos of fakes. */
public final class ZooFixtures {
    private ZooFixtures() {}

    public static BugZoo twoGoodOnes() {
        return zoo(FakeBug.detected("B-02", 1, 0));
    }

    public static BugZoo oneMissed() {
        return zoo(FakeBug.detected("B-02", 0, 0));
    }

    private static BugZoo zoo(FakeBug second) {
        return new BugZoo(List.of(second, FakeBug.detected("B-01", 1, 0)), List.of());
    }
}
