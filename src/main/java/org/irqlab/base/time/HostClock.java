package org.irqlab.base.time;

import org.irqlab.base.HotPath;

/**
 * The host's clocks; the only place that reads them, so that their use can be found and counted.
 */
public final class HostClock {
    private HostClock() {}

    /** Returns host time in ns since an arbitrary origin; compare by subtraction. */
    @HotPath
    public static long nowNs() {
        return System.nanoTime();
    }

    /**
     * Returns the date, ms since 1970: to say when something was measured, never how long it took.
     */
    public static long epochMillis() {
        return System.currentTimeMillis();
    }
}
