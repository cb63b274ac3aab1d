package org.irqlab.hw.intc.apic.pin;

import java.util.function.LongSupplier;

/**
 * What an I/O APIC does about a level that nobody lowers: after so many re-sends in a row, each of
 * them caused by an end of interrupt, the next one waits. Not in hardware; QEMU does so.
 *
 * @param resends in a row, up to 16383; 0 never waits
 * @param delayNs how long the next one waits
 * @param clockNs the time
 */
public record StormDamping(int resends, long delayNs, LongSupplier clockNs) {
    /** As hardware: an interrupt storm goes on for ever. */
    public static final StormDamping OFF = new StormDamping(0, 0, () -> 0);

    private static final int MOST_RESENDS = 16_383;

    /** Checks the numbers. */
    public StormDamping {
        if (resends < 0 || resends > MOST_RESENDS) {
            throw new IllegalArgumentException(
                    "resends=" + resends + " not in 0..MOST_RESENDS=" + MOST_RESENDS);
        }
        if (delayNs < 0) {
            throw new IllegalArgumentException("delayNs=" + delayNs + " < MINIMUM=0");
        }
    }

    /** QEMU's numbers: 10,000 re-sends, then 10 ms. */
    public static StormDamping asQemu(LongSupplier clockNs) {
        return new StormDamping(10_000, 10_000_000, clockNs);
    }
}
