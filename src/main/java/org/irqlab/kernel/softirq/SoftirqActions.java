package org.irqlab.kernel.softirq;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * What the vectors of a machine do: for each an ordered list of runners, the same on every CPU.
 *
 * <p>Most vectors have one. TASKLET and HI serve tasklets, and before them whatever else lives in
 * that vector, such as work that runs as a bottom half.
 *
 * <p><b>Threads.</b> Filled before the machine starts, then read by any holder.
 *
 * @see "Linux kernel/softirq.c, open_softirq; tasklet_action calls workqueue_softirq_action first"
 */
public final class SoftirqActions {
    private final SoftirqAction[][] runners = new SoftirqAction[SoftirqVector.count()][0];

    /** Makes {@code action} all that {@code vector} does. */
    public void set(SoftirqVector vector, SoftirqAction action) {
        runners[vector.ordinal()] = new SoftirqAction[] {action};
    }

    /** Has {@code action} run before what {@code vector} does already. */
    public void addFirst(SoftirqVector vector, SoftirqAction action) {
        SoftirqAction[] before = runners[vector.ordinal()];
        var more = new SoftirqAction[before.length + 1];
        more[0] = action;
        System.arraycopy(before, 0, more, 1, before.length);
        runners[vector.ordinal()] = more;
    }

    @HotPath
    void run(int vector, KernelCpu cpu) {
        for (SoftirqAction runner : runners[vector]) {
            runner.run(cpu);
        }
    }
}
