package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.hw.cpu.PolledDevice;

/**
 * Fires the arrivals of one CPU from that CPU's own poll points: those at recorded times, and the
 * completions of what was requested on it.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 */
final class ArrivalInjector implements PolledDevice {
    private static final int REQUESTS = 1 << 16;

    private final long[] offsetNs;
    private final Run[] runs;
    private final ArrivalPort port;
    private final RequestHeap requests = new RequestHeap(REQUESTS);
    private long originNs = NEVER;
    private int next;

    /**
     * @param offsetNs times of this CPU's arrivals, ascending, since the start of the replay
     * @param runs what arrives
     */
    ArrivalInjector(long[] offsetNs, Run[] runs, ArrivalPort port) {
        this.offsetNs = offsetNs;
        this.runs = runs;
        this.port = port;
    }

    /** Sets the start of the replay. Before the machine starts. */
    void startAt(long hostNs) {
        originNs = hostNs;
    }

    /**
     * Sends a request whose interrupt fires at {@code dueNs}; {@code false} when too many are on
     * their way.
     */
    @HotPath
    boolean request(long dueNs, Run run) {
        return requests.add(dueNs, run);
    }

    @Override
    @HotPath
    public long nextDueNs() {
        long recorded = next < offsetNs.length ? originNs + offsetNs[next] : NEVER;
        return Math.min(recorded, requests.firstNs());
    }

    @Override
    @HotPath
    public void service(long nowNs) {
        while (next < offsetNs.length && originNs + offsetNs[next] <= nowNs) {
            Run run = runs[next];
            run.arrivalNs = originNs + offsetNs[next];
            next++;
            port.arrive(run);
        }
        while (requests.firstNs() <= nowNs) {
            long dueNs = requests.firstNs();
            Run run = requests.remove();
            run.arrivalNs = dueNs;
            port.arrive(run);
        }
    }

    /** Returns whether everything has been fired. Holder, or after the machine has stopped. */
    boolean exhausted() {
        return next == offsetNs.length && requests.isEmpty();
    }
}
