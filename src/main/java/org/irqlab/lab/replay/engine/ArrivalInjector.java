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
    private final ReplayClock clock;
    private final ArrivalPort port;
    private final RequestHeap requests = new RequestHeap(REQUESTS);
    private long originNs = NEVER;
    private int next;

    /**
     * @param offsetNs times of this CPU's arrivals, ascending, since the start of the replay
     * @param runs what arrives
     */
    ArrivalInjector(long[] offsetNs, Run[] runs, ReplayClock clock, ArrivalPort port) {
        this.offsetNs = offsetNs;
        this.runs = runs;
        this.clock = clock;
        this.port = port;
    }

    /** Sets the start of the replay. Before the machine starts. */
    void startAt(long hostNs) {
        originNs = hostNs;
    }

    /**
     * Sends a request whose interrupt fires at {@code dueNs}, host time unless the replay slips
     * meanwhile; {@code false} when too many are on their way.
     */
    @HotPath
    boolean request(long dueNs, Run run) {
        return requests.add(dueNs - clock.slippedNs(), run);
    }

    @Override
    @HotPath
    public long nextDueNs() {
        long recorded = next < offsetNs.length ? originNs + offsetNs[next] : NEVER;
        long first = Math.min(recorded, requests.firstNs());
        return first == NEVER ? NEVER : first + clock.slippedNs();
    }

    @Override
    @HotPath
    public void service(long nowNs) {
        long slippedNs = clock.slippedNs();
        long replayNs = nowNs - slippedNs;
        while (next < offsetNs.length && originNs + offsetNs[next] <= replayNs) {
            Run run = runs[next];
            run.arrivalNs = originNs + offsetNs[next] + slippedNs;
            next++;
            port.arrive(run);
        }
        while (requests.firstNs() <= replayNs) {
            long dueNs = requests.firstNs();
            Run run = requests.remove();
            run.arrivalNs = dueNs + slippedNs;
            port.arrive(run);
        }
    }

    /** Returns whether everything has been fired. Holder, or after the machine has stopped. */
    boolean exhausted() {
        return next == offsetNs.length && requests.isEmpty();
    }
}
