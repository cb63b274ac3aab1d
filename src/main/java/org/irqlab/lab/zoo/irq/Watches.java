package org.irqlab.lab.zoo.irq;

import org.irqlab.kernel.watch.InServiceWatch;
import org.irqlab.lab.zoo.rig.ZooMachine;

/** The in-service watch, with times that fit the zoo. */
final class Watches {
    /** After which a watch that says nothing has nothing to say. */
    static final long LONG_ENOUGH_MILLIS = 100;

    private static final long PERIOD_NS = 2_000_000;
    private static final int LOOKS = 25;

    private Watches() {}

    /** Puts a watch on a CPU. Before the start. */
    static InServiceWatch on(ZooMachine m, int cpu) {
        var watch = new InServiceWatch(m.cpu(cpu), PERIOD_NS, LOOKS);
        m.cpu(cpu).hw().addDevice(watch);
        return watch;
    }
}
