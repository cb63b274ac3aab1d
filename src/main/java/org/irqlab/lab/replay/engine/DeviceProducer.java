package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.GuestThread;

/**
 * The devices on a thread of their own: fires recorded arrivals and completions open-loop, away
 * from the virtual CPUs.
 *
 * <p>Used where the host has a core left for it; otherwise each CPU's {@link ArrivalInjector} fires
 * at its poll points.
 *
 * <p><b>Threads.</b> {@link #request} by any holder; the schedule by the producer. <b>Progress.</b>
 * The producer spins; it never waits for a CPU.
 */
final class DeviceProducer {
    private final ArrivalInjector schedule;
    private final RunRing requested = new RunRing();
    private final GuestThread thread;
    private volatile boolean stopping;

    DeviceProducer(ArrivalInjector schedule, int hostCore) {
        this.schedule = schedule;
        thread = new GuestThread("devices/0", () -> run(hostCore));
    }

    /** Begins at once; the schedule counts from {@code originNs}. */
    void start(long originNs) {
        schedule.startAt(originNs);
        thread.start();
        thread.give();
    }

    /**
     * Sends a request; its interrupt fires at {@code run.arrivalNs}. {@code false} when the ring is
     * full.
     */
    @HotPath
    boolean request(Run run) {
        return requested.offer(run);
    }

    private void run(int hostCore) {
        thread.pinTo(hostCore);
        while (!stopping) {
            step(HostClock.nowNs());
        }
    }

    @HotPath
    private void step(long nowNs) {
        Run run = requested.poll();
        if (run != null) {
            schedule.request(run.arrivalNs, run);
        }
        if (nowNs >= schedule.nextDueNs()) {
            schedule.service(nowNs);
        }
    }

    /** Ends the thread; returns whether it ended in time. */
    boolean stop(long millis) {
        stopping = true;
        return thread.join(millis);
    }
}
