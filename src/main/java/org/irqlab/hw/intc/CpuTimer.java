package org.irqlab.hw.intc;

import org.irqlab.base.HotPath;

/**
 * The timer of one CPU: its registers belong to the architecture; this is what the CPU serves, and
 * what a kernel asks of it without knowing which one it is.
 *
 * <p>{@link #armOnce} and {@link #disarm} program the registers as Linux's clock-event device of
 * that architecture does. Whoever programs them by other ways gets the same interrupts.
 *
 * <p><b>Threads.</b> The CPU's owner; armed also before the CPU runs.
 */
@HotPath
public interface CpuTimer {
    /** {@link #nextDueNs} of a timer that is not armed. */
    long NEVER = Long.MAX_VALUE;

    /** Returns host time of the next expiry, or {@link #NEVER}. */
    long nextDueNs();

    /** Requests the interrupt that is due at {@code nowNs}; moves {@link #nextDueNs} beyond it. */
    void service(long nowNs);

    /** Sets what hears that {@link #nextDueNs} has changed other than in {@link #service}. */
    void onRearm(Runnable listener);

    /** Interrupts once at {@code deadlineNs} (host time), at once if it is past. */
    void armOnce(long deadlineNs);

    /** Stops the timer and masks it. */
    void disarm();

    /** The handler has seen the expiry: takes back a request that would last as long as it does. */
    default void acknowledge() {}

    /** Returns how many expiries had no interrupt of their own. */
    long missed();
}
