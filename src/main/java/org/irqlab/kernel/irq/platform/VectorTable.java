package org.irqlab.kernel.irq.platform;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.line.IrqDescriptor;

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
    private static final VarHandle LINE =
            MethodHandles.arrayElementVarHandle(IrqDescriptor[].class);

    private final IrqDescriptor[][] lines;
    // The line was taken down or has moved; a last request, which was sent again, may still come.
    private final boolean[][] left;

    VectorTable(int cpus, int vectors) {
        lines = new IrqDescriptor[cpus][vectors];
        left = new boolean[cpus][vectors];
    }

    int vectors() {
        return lines[0].length;
    }

    @HotPath
    IrqDescriptor line(int cpu, int vector) {
        return vector >= lines[cpu].length
                ? null
                : (IrqDescriptor) LINE.getAcquire(lines[cpu], vector);
    }

    void set(int cpu, int vector, IrqDescriptor line) {
        if (lines[cpu][vector] != null) {
            throw new IllegalStateException("I-36: vector=" + vector + " of cpu=" + cpu + " taken");
        }
        LINE.setRelease(lines[cpu], vector, line);
    }

    void shutDown(int cpu, int vector) {
        left[cpu][vector] = true;
        LINE.setRelease(lines[cpu], vector, null);
    }

    /** A vector without a line has come; returns whether that had to be expected. */
    boolean expected(int cpu, int vector) {
        boolean expected = left[cpu][vector];
        left[cpu][vector] = false;
        return expected;
    }
}
