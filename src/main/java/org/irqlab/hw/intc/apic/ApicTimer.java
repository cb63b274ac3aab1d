package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuTimer;
import org.irqlab.hw.intc.FireOutcome;

import java.util.function.LongSupplier;

/**
 * The timer of a local APIC: one-shot, periodic, or against the time stamp counter.
 *
 * <p>It is driven from outside: whoever has it calls {@link #service} once {@link #nextDueNs} has
 * come, as a virtual CPU does with what it polls. A late call delivers one interrupt and goes on in
 * the original grid; the periods in between are counted as missed.
 *
 * <p>Rules: writing the initial count starts, 0 stops. A change between one-shot and periodic, or
 * of the divider, leaves the count where it is; one that has run out stays out. A change from or to
 * TSC-deadline mode disarms. The deadline is written in that mode only: 0 disarms, a past one fires
 * at once, and it reads 0 after it fired. A masked expiry is lost.
 *
 * <p>IMPDEF: bus clock and time stamp counter both tick once a nanosecond, the counter from 0 when
 * the timer was made. A new divider starts a whole step. The reserved mode is stopped.
 *
 * <p><b>Threads.</b> The CPU's owner.
 *
 * @see "Intel SDM volume 3, Advanced Programmable Interrupt Controller: APIC Timer"
 */
@HotPath
public final class ApicTimer implements CpuTimer {
    static final int ONE_SHOT = 0;
    static final int PERIODIC = 1;
    static final int TSC_DEADLINE = 2;

    static final int DIVIDE_WRITABLE = 0b1011;

    private static final int MODE_SHIFT = 17;

    private final LongSupplier clockNs;
    private final LocalApic apic;
    private final long originNs;
    private Runnable listener = () -> {};

    // Owner only.
    private int mode = ONE_SHOT;
    private int divideConfiguration;
    private long initialCount;
    private long baseNs;
    // What was left at baseNs; 0 is a count that stands still.
    private long baseCount;
    private long deadline;
    private long missed;

    ApicTimer(LocalApic apic, LongSupplier clockNs) {
        this.apic = apic;
        this.clockNs = clockNs;
        originNs = clockNs.getAsLong();
    }

    @Override
    public void onRearm(Runnable listener) {
        this.listener = listener;
    }

    /** By how much the clock is divided, of bits 3, 1 and 0 of the divide configuration. */
    private long divider() {
        int code = divideConfiguration & 3 | divideConfiguration >> 1 & 4;
        return code == 7 ? 1 : 2L << code;
    }

    @Override
    public long nextDueNs() {
        if (mode == TSC_DEADLINE) {
            // Beyond the range of a signed number is never, in the lifetime of a machine.
            return deadline <= 0 || originNs + deadline < originNs ? NEVER : originNs + deadline;
        }
        return baseCount == 0 ? NEVER : baseNs + baseCount * divider();
    }

    @Override
    public void service(long nowNs) {
        long dueNs = nextDueNs();
        if (dueNs == NEVER || nowNs - dueNs < 0) {
            return;
        }
        if (mode == TSC_DEADLINE) {
            deadline = 0;
        } else if (mode == PERIODIC) {
            long periodNs = initialCount * divider();
            long late = (nowNs - dueNs) / periodNs;
            missed += late;
            baseNs = dueNs + late * periodNs;
            baseCount = initialCount;
        } else {
            baseCount = 0;
        }
        if (apic.timerExpired() != FireOutcome.LATCHED) {
            missed++;
        }
    }

    /** The timer's entry was written: its mode may have changed. */
    void lvtWritten(int entry, long nowNs) {
        int changed = entry >> MODE_SHIFT & 3;
        if (changed == mode) {
            return;
        }
        service(nowNs);
        if (changed > PERIODIC || mode > PERIODIC) {
            baseCount = 0;
            deadline = 0;
        }
        mode = changed;
        listener.run();
    }

    long nowNs() {
        return clockNs.getAsLong();
    }

    /** Counts from what is left now on. */
    private void rebase(long nowNs) {
        baseCount = remaining(nowNs);
        baseNs = nowNs;
    }

    private long remaining(long nowNs) {
        long elapsed = (nowNs - baseNs) / divider();
        if (baseCount == 0 || elapsed < baseCount) {
            return baseCount == 0 ? 0 : baseCount - elapsed;
        }
        return mode == PERIODIC ? initialCount - (elapsed - baseCount) % initialCount : 0;
    }

    /** Writes the initial count, which starts the timer; without effect in TSC-deadline mode. */
    public void writeInitialCount(int count) {
        if (mode > PERIODIC) {
            return;
        }
        long nowNs = nowNs();
        service(nowNs);
        initialCount = Integer.toUnsignedLong(count);
        baseCount = initialCount;
        baseNs = nowNs;
        listener.run();
    }

    public int initialCount() {
        return (int) initialCount;
    }

    /** The count that is left; 0 in TSC-deadline mode. */
    public int currentCount() {
        return (int) remaining(nowNs());
    }

    /** Writes the divide configuration: 0, 1, 2, 3, 8, 9, 10 for 2 to 128, 11 for 1. */
    public void writeDivide(int value) {
        long nowNs = nowNs();
        service(nowNs);
        rebase(nowNs);
        divideConfiguration = value & DIVIDE_WRITABLE;
        listener.run();
    }

    public int divide() {
        return divideConfiguration;
    }

    /** The time stamp counter. */
    public long timeStamp() {
        return nowNs() - originNs;
    }

    /** Writes the TSC deadline; without effect in the other modes. */
    public void writeDeadline(long timeStamp) {
        if (mode != TSC_DEADLINE) {
            return;
        }
        long nowNs = nowNs();
        service(nowNs);
        deadline = timeStamp;
        service(nowNs);
        listener.run();
    }

    /** The TSC deadline; 0 if it is not armed, has fired, or in the other modes. */
    public long deadline() {
        return deadline;
    }

    /** As Linux does with a constant time stamp counter: TSC-deadline mode. */
    @Override
    public void armOnce(long deadlineNs) {
        apic.writeLvtTimer(TSC_DEADLINE << MODE_SHIFT | X86Vectors.LOCAL_TIMER);
        // 0 would disarm.
        writeDeadline(Math.max(1, deadlineNs - originNs));
    }

    @Override
    public void disarm() {
        apic.writeLvtTimer(Lvt.MASKED | X86Vectors.LOCAL_TIMER);
        writeInitialCount(0);
    }

    @Override
    public long missed() {
        return missed;
    }

    /** INIT. */
    void reset() {
        mode = ONE_SHOT;
        divideConfiguration = 0;
        initialCount = 0;
        baseCount = 0;
        deadline = 0;
        listener.run();
    }
}
