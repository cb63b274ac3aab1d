package org.irqlab.kernel.time;

import org.irqlab.kernel.sched.KernelCpu;

import java.util.function.Consumer;

/**
 * A function that is called once its time has come.
 *
 * <p><b>Threads.</b> Armed and cancelled by one caller at a time, who has another lock for that;
 * the function runs in an interrupt, with interrupts off.
 */
public final class KernelTimer {
    final Consumer<KernelCpu> function;

    // Changed with the lock of the list that it names or is about to; null: not armed.
    volatile CpuTimers list;

    // Guarded by the lock of that list.
    long deadlineNs;
    KernelTimer next;

    public KernelTimer(Consumer<KernelCpu> function) {
        this.function = function;
    }

    /** Returns whether the timer has been armed and has not expired: racy. */
    public boolean armed() {
        return list != null;
    }
}
