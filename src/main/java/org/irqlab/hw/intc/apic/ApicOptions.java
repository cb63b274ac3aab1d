package org.irqlab.hw.intc.apic;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.GuestErrorSink;

import java.util.function.LongSupplier;

/**
 * How an APIC machine starts.
 *
 * @param mode of every local APIC
 * @param clockNs what the timers count
 * @param errors hears what a guest does wrong
 */
public record ApicOptions(ApicMode mode, LongSupplier clockNs, GuestErrorSink errors) {
    /** xAPIC mode, the host's clock, and nobody who hears of errors. */
    public static final ApicOptions DEFAULT = of(ApicMode.XAPIC);

    /** The host's clock, and nobody who hears of errors. */
    public static ApicOptions of(ApicMode mode) {
        return new ApicOptions(mode, HostClock::nowNs, (error, cpu, where, value) -> {});
    }
}
