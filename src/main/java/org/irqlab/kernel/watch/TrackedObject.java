package org.irqlab.kernel.watch;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The life of an object that handlers use and a driver frees: a free while it is in use, and a use
 * after its free, are reported.
 *
 * <p><b>Threads.</b> Any holder.
 *
 * @see "Linux lib/debugobjects.c"
 */
public final class TrackedObject {
    private static final int FREED = 1 << 30;

    private final String name;
    // Users, and FREED.
    private final AtomicInteger state = new AtomicInteger();

    public TrackedObject(String name) {
        this.name = name;
    }

    /** Begins to use the object; returns whether it is alive. */
    public boolean enter(KernelCpu cpu) {
        boolean alive = state.getAndIncrement() < FREED;
        if (!alive) {
            report("used after its free", cpu);
        }
        return alive;
    }

    /** Ends a use. */
    public void leave() {
        state.getAndDecrement();
    }

    /** Frees the object; returns whether nobody used it. */
    public boolean free(KernelCpu cpu) {
        boolean unused = state.getAndAdd(FREED) == 0;
        if (!unused) {
            report("freed while in use", cpu);
        }
        return unused;
    }

    private void report(String what, KernelCpu cpu) {
        cpu.report(ReportKind.OBJECT_STATE, name, List.of(what));
    }
}
