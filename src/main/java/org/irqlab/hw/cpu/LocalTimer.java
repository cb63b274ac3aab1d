package org.irqlab.hw.cpu;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuInterruptPort;

/**
 * The timer inside the CPU: one deadline, one-shot or periodic, that sets the timer vector in the
 * CPU's own controller.
 *
 * <p>A late CPU delivers one interrupt and continues on the original grid: the missed ticks are
 * counted, not delivered.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux kernel/time/tick-sched.c; Intel SDM, APIC timer"
 */
public final class LocalTimer implements PolledDevice {
    private final CpuInterruptPort port;

    private long deadlineNs = NEVER;
    private long periodNs;
    private long missed;

    public LocalTimer(CpuInterruptPort port) {
        this.port = port;
    }

    /** Fires once at {@code deadlineNs} (host time); replaces what was armed. */
    public void armOnce(long deadlineNs) {
        this.deadlineNs = deadlineNs;
        periodNs = 0;
    }

    /** Fires at {@code firstNs} and then every {@code periodNs}. */
    public void armPeriodic(long firstNs, long periodNs) {
        if (periodNs <= 0) {
            throw new IllegalArgumentException("periodNs=" + periodNs + " <= MINIMUM=0");
        }
        deadlineNs = firstNs;
        this.periodNs = periodNs;
    }

    public void disarm() {
        deadlineNs = NEVER;
    }

    /** Returns how many periods passed without an interrupt of their own. */
    public long missed() {
        return missed;
    }

    @Override
    @HotPath
    public long nextDueNs() {
        return deadlineNs;
    }

    @Override
    @HotPath
    public void service(long nowNs) {
        if (periodNs == 0) {
            deadlineNs = NEVER;
        } else {
            long late = (nowNs - deadlineNs) / periodNs;
            missed += late;
            deadlineNs += (late + 1) * periodNs;
        }
        port.timerExpired();
    }
}
