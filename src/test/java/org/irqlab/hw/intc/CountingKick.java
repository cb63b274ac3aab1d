package org.irqlab.hw.intc;

import java.util.concurrent.atomic.AtomicInteger;

/** Counts the kicks that a CPU gets. */
public final class CountingKick implements CpuKick {
    private final AtomicInteger kicks = new AtomicInteger();

    @Override
    public void kick() {
        kicks.incrementAndGet();
    }

    public int kicks() {
        return kicks.get();
    }
}
