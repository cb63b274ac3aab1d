package org.irqlab.hw.cpu;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;

/**
 * The timer inside the CPU: one deadline, one-shot or periodic, that sets the timer vector in the
 * CPU's own controller.
 *
 * <p>A late CPU delivers one interrupt and continues on the original grid: the missed ticks are
 * counted, not delivered. So is a tick that finds the last one untaken, because interrupts are off.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton; armed also before the CPU runs.
 *
 * @see "Linux kernel/time/tick-sched.c; Intel SDM, APIC timer"
 */
public final class LocalTimer implements PolledDevice {
    private final VirtualCpu cpu;

    private long deadlineNs = NEVER;
    private long periodNs;
    private long missed;

    /** Makes the timer of {@code cpu}, which has yet to {@link VirtualCpu#addDevice add} it. */
    public LocalTimer(VirtualCpu cpu) {
        this.cpu = cpu;
    }

    /** Fires once at {@code deadlineNs} (host time); replaces what was armed. */
    public void armOnce(long deadlineNs) {
        this.deadlineNs = deadlineNs;
        periodNs = 0;
        cpu.deadlineChanged();
    }

    /** Fires at {@code firstNs} and then every {@code periodNs}. */
    public void armPeriodic(long firstNs, long periodNs) {
        if (periodNs <= 0) {
            throw new IllegalArgumentException("periodNs=" + periodNs + " <= MINIMUM=0");
        }
        deadlineNs = firstNs;
        this.periodNs = periodNs;
        cpu.deadlineChanged();
    }

    public void disarm() {
        deadlineNs = NEVER;
        cpu.deadlineChanged();
    }

    /** Returns how many expiries, of periods most of all, had no interrupt of their own. */
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
        if (cpu.port().timerExpired() != FireOutcome.LATCHED) {
            missed++;
        }
    }
}
