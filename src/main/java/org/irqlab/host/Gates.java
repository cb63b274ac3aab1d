package org.irqlab.host;

/**
 * Makes gates of the kind that is the best this host has.
 *
 * <p>Chosen by measurement ({@code HandOverLatency} in perf/; Linux 6.18, x86-64 virtual machine):
 * between two threads on one core a futex gate takes about 0.8 of the time of a bare {@code
 * park/unpark}. {@code Thread.yield}, alone or before the futex, takes half, but as soon as a third
 * thread wants the core a yield gives it a whole time slice: one hand-over in ten then takes 4 ms,
 * against 4 us with the futex. Spinning first can only delay the thread that is waited for. So a
 * gate goes to sleep at once.
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
