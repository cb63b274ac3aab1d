package org.irqlab.hw.cpu;

/**
 * Whether a CPU has shut down after a fault that it could not deliver: it takes nothing any more,
 * until INIT resets it. The other CPUs go on.
 *
 * <p><b>Threads.</b> {@link #down}, {@link #init} and the counts: any. The rest: the holder of the
 * CPU's baton.
 *
 * @see "Intel SDM volume 3, Interrupt 8: Double Fault Exception (#DF)"
 */
public final class ShutdownState {
    private final HaltLine haltLine;

    // Set by the holder, cleared by any thread. Volatile: the store that clears it comes before the
    // kick, and the kick's wait before the holder's next look.
    private volatile boolean down;
    private volatile long count;

    ShutdownState(HaltLine haltLine) {
        this.haltLine = haltLine;
    }

    /** Shuts the CPU down. */
    public void enter() {
        count = count + 1;
        down = true;
    }

    /**
     * Waits at most {@code ns} for the reset; what wakes a halted CPU otherwise does not end it.
     */
    public void await(long ns) {
        if (down) {
            haltLine.awaitNanos(ns);
        }
    }

    /** INIT: ends the shutdown. Without effect on a CPU that runs. */
    public void init() {
        if (down) {
            down = false;
            haltLine.kick();
        }
    }

    /** Whether the CPU is shut down. */
    public boolean down() {
        return down;
    }

    /** How often it has shut down. */
    public long count() {
        return count;
    }
}
