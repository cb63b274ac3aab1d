package org.irqlab.lab.zoo.irq;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.VectorDispatch;
import org.irqlab.lab.zoo.rig.ZooMachine;

import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.function.Consumer;

/**
 * A vector table of the entry's own before the kernel's: for bugs that the kernel's own code does
 * not make. What stands in it ends its interrupt itself; everything else is the kernel's, which
 * counts what belongs to nobody.
 *
 * <p><b>Threads.</b> Any; made before the machine starts.
 */
final class HandMadeVectors implements VectorDispatch {
    private static final int VECTORS = 1024;

    private final VectorDispatch kernel;
    private final AtomicReferenceArray<Consumer<KernelCpu>> handlers;

    HandMadeVectors(ZooMachine m) {
        kernel = m.irqs().dispatch();
        int cpus = m.machine().cpus();
        handlers = new AtomicReferenceArray<>(cpus * VECTORS);
        for (int cpu = 0; cpu < cpus; cpu++) {
            m.cpu(cpu).connect(this, m.machine().softirqs(cpu));
        }
    }

    void set(int cpu, int vector, Consumer<KernelCpu> handler) {
        handlers.set(cpu * VECTORS + vector, handler);
    }

    void clear(int cpu, int vector) {
        handlers.set(cpu * VECTORS + vector, null);
    }

    @Override
    public void dispatch(KernelCpu cpu, int vector) {
        Consumer<KernelCpu> handler =
                vector < VECTORS ? handlers.get(cpu.id() * VECTORS + vector) : null;
        if (handler != null) {
            handler.accept(cpu);
        } else {
            kernel.dispatch(cpu, vector);
        }
    }
}
