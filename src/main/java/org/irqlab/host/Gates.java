package org.irqlab.host;

/** Makes gates of the kind that is the best this host has. */
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
