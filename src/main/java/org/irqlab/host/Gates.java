package org.irqlab.host;

/**
 * Makes gates of the kind that is the best this host has.
 *
 * <p>Chosen by measurement ({@code HandOverLatency} in perf/): between two threads on one core a
 * futex gate takes about 0.8 of the time of a bare {@code park/unpark}. {@code Thread.yield}, alone
 * or before the futex, takes half, but as soon as any third thread wants the core, a yield gives
 * that thread a whole time slice: 9 of 10 hand-overs within 2 us become 1 of 10 above 4 ms.
 * Spinning first can only delay the thread that is waited for. So a gate goes to sleep at once.
 */
public final class Gates {
    private static final boolean FUTEX = FutexGate.available();

    private Gates() {}

    /**
     * Returns a new gate without a signal: a futex on Linux, elsewhere the thread's park permit.
     */
    public static Gate create() {
        return FUTEX ? new FutexGate() : new ParkGate();
    }

    /** Returns what {@link #create} makes, for the set-up block of a report. */
    public static String kind() {
        return FUTEX ? "futex" : "park";
    }
}
