package org.irqlab.kernel.napi;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.hw.device.ReceiveQueue;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.List;

/**
 * Looks whether a receive queue has stalled: frames wait, nobody owns the instance, and the
 * device's interrupt is off, so that nobody will (I-70).
 *
 * <p>It takes as many looks in a row that find the same oldest frame: between an interrupt and its
 * top half, and between a completion and the unmasking, one look may find that. Reported once for
 * each time that it comes about.
 *
 * <p><b>Threads.</b> The holder of the CPU that looks, which may be any. {@link #stalls} any.
 */
public final class QueueWatch implements PolledDevice {
    private static final long NOTHING = -1;

    private final Napi napi;
    private final ReceiveQueue queue;
    private final KernelCpu cpu;
    private final long periodNs;
    private final int looks;

    // Holder only.
    private long dueNs;
    private long seen = NOTHING;
    private int times;

    // Written by the holder.
    private volatile int stalls;

    /**
     * Makes the watch of {@code queue}, which has yet to be added to the devices of {@code cpu}.
     *
     * @param periodNs between two looks
     * @param looks how many in a row must find the same
     */
    public QueueWatch(Napi napi, ReceiveQueue queue, KernelCpu cpu, long periodNs, int looks) {
        this.napi = napi;
        this.queue = queue;
        this.cpu = cpu;
        this.periodNs = periodNs;
        this.looks = looks;
        dueNs = HostClock.nowNs() + periodNs;
    }

    @Override
    public long nextDueNs() {
        return dueNs;
    }

    @Override
    public void service(long nowNs) {
        dueNs = nowNs + periodNs;
        long now = look();
        times = now == seen ? times + 1 : 1;
        seen = now;
        if (now != NOTHING && times == looks) {
            long waiting = queue.ring().produced() - now;
            cpu.report(
                    ReportKind.NAPI_STALLED,
                    napi.name(),
                    List.of("%d frames wait, %d looks in a row".formatted(waiting, looks)));
            stalls++;
        }
    }

    /** Returns the number of the oldest frame where the queue stands still. */
    private long look() {
        long consumed = queue.ring().consumed();
        boolean waits = queue.ring().produced() > consumed;
        return waits && !napi.owned() && queue.masked() ? consumed : NOTHING;
    }

    /** Returns how often the queue stalled. */
    public int stalls() {
        return stalls;
    }
}
