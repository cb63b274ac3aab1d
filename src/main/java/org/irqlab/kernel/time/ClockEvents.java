package org.irqlab.kernel.time;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.CpuTimer;

/**
 * One CPU's clock-event device: has the CPU's timer interrupt once, or again and again.
 *
 * <p>Periods are made of single shots, as Linux does with high resolution: the interrupt's handler
 * programs the next one. A late handler goes on in the original grid; the periods that went by
 * meanwhile are counted, not delivered.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton; armed also before the CPU runs.
 *
 * @see "Linux kernel/time/clockevents.c; kernel/time/tick-sched.c, tick_nohz_handler"
 */
public final class ClockEvents {
    private final CpuTimer timer;

    private long deadlineNs = CpuTimer.NEVER;
    private long periodNs;
    private long missed;

    public ClockEvents(CpuTimer timer) {
        this.timer = timer;
    }

    /** Interrupts once at {@code deadlineNs} (host time); replaces what was armed. */
    public void armOnce(long deadlineNs) {
        this.deadlineNs = deadlineNs;
        periodNs = 0;
        timer.armOnce(deadlineNs);
    }

    /** Interrupts at {@code firstNs} and then every {@code periodNs}. */
    public void armPeriodic(long firstNs, long periodNs) {
        if (periodNs <= 0) {
            throw new IllegalArgumentException("periodNs=" + periodNs + " <= MINIMUM=0");
        }
        deadlineNs = firstNs;
        this.periodNs = periodNs;
        timer.armOnce(firstNs);
    }

    public void disarm() {
        deadlineNs = CpuTimer.NEVER;
        timer.disarm();
    }

    /** The timer's interrupt. Hardirq context. */
    @HotPath
    public void interrupt() {
        timer.acknowledge();
        long late = HostClock.nowNs() - deadlineNs;
        if (deadlineNs == CpuTimer.NEVER || late < 0) {
            // Somebody else's expiry: of a guest that programs the registers itself.
            return;
        }
        if (periodNs == 0) {
            deadlineNs = CpuTimer.NEVER;
        } else {
            long gone = late / periodNs;
            missed += gone;
            deadlineNs += (gone + 1) * periodNs;
            timer.armOnce(deadlineNs);
        }
    }

    /** Programs the timer again after its CPU was reset. */
    public void resume() {
        if (deadlineNs != CpuTimer.NEVER) {
            timer.armOnce(deadlineNs);
        }
    }

    /** Returns how many expiries, of periods most of all, had no interrupt of their own. */
    public long missed() {
        return missed + timer.missed();
    }
}
