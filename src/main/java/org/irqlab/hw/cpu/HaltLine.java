package org.irqlab.hw.cpu;

import org.irqlab.host.Gate;
import org.irqlab.host.Gates;
import org.irqlab.hw.intc.CpuKick;

/**
 * How a halted CPU is woken: the controller pulls it when a request finds the CPU halted.
 *
 * <p>Apart from the threads' own gates: a kick that comes late ends the next halt at once, and can
 * never look like the baton.
 *
 * <p><b>Threads.</b> {@link #kick} any; the wait by the holder of the CPU's baton.
 */
public final class HaltLine implements CpuKick {
    private final Gate gate = Gates.create();

    @Override
    public void kick() {
        gate.signal();
    }

    void awaitNanos(long ns) {
        gate.awaitNanos(ns);
    }
}
