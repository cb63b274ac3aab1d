package org.irqlab.kernel.boot;

import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.kernel.sched.Smp;

/**
 * Counts what guests and devices do against the rules of their hardware, and writes what a CPU did
 * into that CPU's events.
 *
 * <p><b>Threads.</b> Any; of a CPU's error, the holder of that CPU. Connected before the machine
 * starts.
 */
public final class GuestErrorLog implements GuestErrorSink {
    private final GuestErrorCounts counts = new GuestErrorCounts();
    private Smp smp;

    /** Sets whose events the errors go to; a controller is made before its machine. */
    public void connect(Smp smp) {
        this.smp = smp;
    }

    @Override
    public void guestError(GuestError error, int cpu, long where, long value) {
        counts.guestError(error, cpu, where, value);
        if (cpu != NO_CPU && smp != null) {
            smp.cpu(cpu).trace(Tracepoint.GUEST_ERROR, error.ordinal(), where, value);
        }
    }

    /** Returns how often {@code error} was made. */
    public long of(GuestError error) {
        return counts.of(error);
    }
}
