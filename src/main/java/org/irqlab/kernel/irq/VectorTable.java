package org.irqlab.kernel.irq;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Which line each vector of each CPU belongs to.
 *
 * <p><b>Threads.</b> Any holder writes, with the vector lock; the CPU reads its own row. A line is
 * entered before a device learns of the vector, so that whoever takes its interrupt finds it.
 *
 * @see "Linux arch/x86/include/asm/hw_irq.h, vector_irq"
 */
final class VectorTable {
    static final int VECTORS = 256;

    private static final VarHandle LINE =
            MethodHandles.arrayElementVarHandle(IrqDescriptor[].class);

    /** Why a vector has no line. */
    private enum Gone {
        NEVER_USED,
        /** The line was taken down; a last request may still come. */
        SHUT_DOWN,
        /** The request that will still come here was sent again, to another CPU. */
        RETRIGGERED
    }

    private final IrqDescriptor[][] lines;
    private final Gone[][] gone;

    VectorTable(int cpus) {
        lines = new IrqDescriptor[cpus][VECTORS];
        gone = new Gone[cpus][VECTORS];
    }

    @HotPath
    IrqDescriptor line(int cpu, int vector) {
        return (IrqDescriptor) LINE.getAcquire(lines[cpu], vector);
    }

    void set(int cpu, int vector, IrqDescriptor line) {
        if (lines[cpu][vector] != null) {
            throw new IllegalStateException("I-36: vector=" + vector + " of cpu=" + cpu + " taken");
        }
        LINE.setRelease(lines[cpu], vector, line);
    }

    void shutDown(int cpu, int vector) {
        gone[cpu][vector] = Gone.SHUT_DOWN;
        LINE.setRelease(lines[cpu], vector, null);
    }

    void retriggered(int cpu, int vector) {
        gone[cpu][vector] = Gone.RETRIGGERED;
        LINE.setRelease(lines[cpu], vector, null);
    }

    /** A vector without a line has come; returns whether that had to be expected. */
    boolean expected(int cpu, int vector) {
        Gone why = gone[cpu][vector];
        gone[cpu][vector] = Gone.NEVER_USED;
        return why == Gone.SHUT_DOWN || why == Gone.RETRIGGERED;
    }
}
