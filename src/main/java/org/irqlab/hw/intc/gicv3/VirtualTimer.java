package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuTimer;
import org.irqlab.hw.intc.FireOutcome;

import java.util.function.LongSupplier;

/**
 * The virtual timer of one CPU's generic timer: it compares, and its output is a level on PPI 27.
 *
 * <p>Rules: the condition is met while the timer is enabled and the counter is not below the
 * compare value. The output is the condition, unless masked. A late expiry is not lost, nor is one
 * that the PPI does not let through: the level stays.
 *
 * <p>IMPDEF: the counter ticks once a nanosecond, from 0 when the timer was made; its offset is 0.
 *
 * <p><b>Threads.</b> The CPU's owner.
 *
 * @see "Arm DDI 0487, The Generic Timer in AArch64 state: CNTV_CTL_EL0, CNTV_CVAL_EL0"
 */
@HotPath
public final class VirtualTimer implements CpuTimer {
    /** Control: the timer compares. */
    public static final int ENABLE = 1;

    /** Control: the output stays low. */
    public static final int MASK = 1 << 1;

    /** Control, read-only: the condition is met. */
    public static final int STATUS = 1 << 2;

    private final Redistributor redistributor;
    private final LongSupplier clockNs;
    private final long originNs;
    private Runnable listener = () -> {};

    // Owner only.
    private int control;
    private long compare;
    private boolean high;
    private long missed;

    VirtualTimer(Redistributor redistributor, LongSupplier clockNs) {
        this.redistributor = redistributor;
        this.clockNs = clockNs;
        originNs = clockNs.getAsLong();
    }

    @Override
    public void onRearm(Runnable listener) {
        this.listener = listener;
    }

    /** Reads CNTVCT_EL0. */
    public long count() {
        return clockNs.getAsLong() - originNs;
    }

    private boolean met(long nowNs) {
        return (control & ENABLE) != 0 && Long.compareUnsigned(nowNs - originNs, compare) >= 0;
    }

    @Override
    public long nextDueNs() {
        if (high || (control & (ENABLE | MASK)) != ENABLE) {
            return NEVER;
        }
        // Beyond the range of a signed number is never, in the lifetime of a machine.
        return compare < 0 || originNs + compare < originNs ? NEVER : originNs + compare;
    }

    @Override
    public void service(long nowNs) {
        boolean output = met(nowNs) && (control & MASK) == 0;
        if (output && !high) {
            high = true;
            if (redistributor.raiseLine(Arm64Vectors.VIRTUAL_TIMER) != FireOutcome.LATCHED) {
                missed++;
            }
        } else if (!output && high) {
            high = false;
            redistributor.lowerLine(Arm64Vectors.VIRTUAL_TIMER);
        }
    }

    private void written() {
        service(clockNs.getAsLong());
        listener.run();
    }

    /** Writes CNTV_CTL_EL0. */
    public void writeControl(int value) {
        control = value & (ENABLE | MASK);
        written();
    }

    /** Reads CNTV_CTL_EL0. */
    public int control() {
        return control | (met(clockNs.getAsLong()) ? STATUS : 0);
    }

    /** Writes CNTV_CVAL_EL0. */
    public void writeCompare(long value) {
        compare = value;
        written();
    }

    /** Reads CNTV_CVAL_EL0. */
    public long compare() {
        return compare;
    }

    /** Writes CNTV_TVAL_EL0: as many counts from now on. */
    public void writeTimerValue(int counts) {
        writeCompare(count() + counts);
    }

    /** Reads CNTV_TVAL_EL0. */
    public int timerValue() {
        return (int) (compare - count());
    }

    /** As Linux does: the compare value first, then the control register without its mask. */
    @Override
    public void armOnce(long deadlineNs) {
        compare = Math.max(0, deadlineNs - originNs);
        writeControl(ENABLE);
    }

    @Override
    public void disarm() {
        writeControl(control & ~ENABLE);
    }

    /** As Linux's handler does: sets the mask. */
    @Override
    public void acknowledge() {
        writeControl(control | MASK);
    }

    @Override
    public long missed() {
        return missed;
    }
}
