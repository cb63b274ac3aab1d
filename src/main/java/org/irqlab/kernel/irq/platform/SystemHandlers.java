package org.irqlab.kernel.irq.platform;

import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.irq.SystemVectorHandler;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * What the kernel's own vectors do, and what came that belongs to nobody.
 *
 * <p><b>Threads.</b> Set before the machine starts; counters by CPU, each written by its holder.
 */
final class SystemHandlers {
    private static final int VECTORS = 256;

    private final SystemVectorHandler[] handlers = new SystemVectorHandler[VECTORS];
    private final Tracepoint[] entries = new Tracepoint[VECTORS];
    private final Tracepoint[] exits = new Tracepoint[VECTORS];
    private final long[] stray;

    SystemHandlers(int cpus) {
        stray = new long[cpus];
    }

    void set(int vector, SystemVectorHandler handler, Tracepoint entry, Tracepoint exit) {
        handlers[vector] = handler;
        entries[vector] = entry;
        exits[vector] = exit;
    }

    /** Runs the handler of {@code vector}; returns whether there is one. Hardirq context. */
    @HotPath
    boolean run(KernelCpu cpu, int vector) {
        SystemVectorHandler handler = vector < VECTORS ? handlers[vector] : null;
        if (handler == null) {
            return false;
        }
        if (entries[vector] == null) {
            handler.handle(cpu);
            return true;
        }
        handler.arrives(cpu);
        cpu.trace(entries[vector], vector, 0, 0);
        handler.handle(cpu);
        cpu.trace(exits[vector], vector, 0, 0);
        return true;
    }

    /** Counts an interrupt on {@code cpu} that belongs to nobody. */
    void countStray(int cpu) {
        stray[cpu]++;
    }

    long stray(int cpu) {
        return stray[cpu];
    }
}
