package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;

/**
 * The clock of one CPU's run queue: host time without what the host stole. Interrupts are charged
 * to the task that they interrupt, as without CONFIG_IRQ_TIME_ACCOUNTING.
 *
 * <p>A switch is accounted with the reading at the entry into the scheduler. Where a wake-up test
 * asked for the switch, the kernel saves itself that reading and takes the wake's: what the
 * preempted task still runs is charged to the task that was woken.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux kernel/sched/core.c, update_rq_clock, wakeup_preempt, rq_clock_skip_update"
 */
final class RunQueueClock {
    private static final long NONE = Long.MIN_VALUE;

    private final KernelCpu cpu;
    private long skipToNs = NONE;

    RunQueueClock(KernelCpu cpu) {
        this.cpu = cpu;
    }

    /** Reads the clock. */
    @HotPath
    long readNs() {
        skipToNs = NONE;
        return HostClock.nowNs() - cpu.hw().noise().stolenNs();
    }

    /** The wake-up test with the reading {@code nowNs} asked for a switch. */
    @HotPath
    void preemptedBy(long nowNs) {
        skipToNs = nowNs;
    }

    /**
     * Returns the reading with which the switch that now comes is accounted; the next one reads.
     */
    @HotPath
    long atSwitchNs() {
        long skipped = skipToNs;
        skipToNs = NONE;
        return skipped != NONE ? skipped : readNs() - cpu.paths().scheduleEntryNs();
    }
}
