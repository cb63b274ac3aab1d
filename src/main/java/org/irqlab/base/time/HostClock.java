package org.irqlab.base.time;

import org.irqlab.base.HotPath;

/**
 * The host's monotonic clock; the only place that reads it, so that its use can be found and
 * counted.
 */
public final class HostClock {
    private HostClock() {}

    /** Returns host time in ns since an arbitrary origin; compare by subtraction. */
    @HotPath
    public static long nowNs() {
        return System.nanoTime();
    }
}
