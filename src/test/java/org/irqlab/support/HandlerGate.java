package org.irqlab.support;

import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Counts how often handlers run, top halves or thread functions, and keeps them from their work
 * until the test lets them through.
 */
public final class HandlerGate {
    private static final int ALL = Integer.MAX_VALUE;

    private final AtomicInteger runs = new AtomicInteger();
    private volatile int through;
    private volatile int lastCpu = -1;

    private HandlerGate(int through) {
        this.through = through;
    }

    /** A gate that counts, and holds nobody. */
    public static HandlerGate open() {
        return new HandlerGate(ALL);
    }

    public static HandlerGate closed() {
        return new HandlerGate(0);
    }

    /** A handler that comes here, and then does {@code work}. */
    public IrqHandler before(IrqHandler work) {
        return cpu -> {
            pass(cpu);
            return work.handle(cpu);
        };
    }

    /** A handler that comes here and has nothing else to do. */
    public IrqHandler handler() {
        return before(cpu -> IrqReturn.HANDLED);
    }

    private void pass(KernelCpu cpu) {
        lastCpu = cpu.id();
        int turn = runs.incrementAndGet();
        while (through < turn) {
            cpu.burn(1_000);
        }
    }

    /** Lets the runs up to the {@code count}th through. */
    public void letThrough(int count) {
        through = count;
    }

    public void letAllThrough() {
        through = ALL;
    }

    /** Returns how many runs have come, those that wait included. */
    public int runs() {
        return runs.get();
    }

    /** Returns where the last one came, or −1. */
    public int lastCpu() {
        return lastCpu;
    }

    /** Waits until {@code count} runs have come. */
    public void awaitRuns(int count) {
        Threads.await(count + " runs", () -> runs.get() >= count);
    }
}
