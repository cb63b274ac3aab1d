package org.irqlab.lab.trace;

import java.util.Locale;

/** What the stamps of a trace count, and how they become ns. */
public sealed interface TraceClock {
    /** Why a counter's rate is believed. */
    enum RateSource {
        /** The user said so. */
        GIVEN,
        /** The tick's period in cycles, and kernel timers of known length that tell HZ. */
        TICK_AND_TIMERS,
        /** The tick's period in cycles; only one HZ makes it the rate of a processor. */
        TICK
    }

    /** ns of one unit of the stamp's last digit. */
    double nsPerUnit();

    /** One line for a report. */
    String describe();

    /**
     * A clock that prints seconds; the kernel rounds to the digits that it prints.
     *
     * @param digits 6 (µs) or 9 (ns) after the point
     */
    record Seconds(int digits) implements TraceClock {
        @Override
        public double nsPerUnit() {
            return digits == 6 ? 1_000 : 1;
        }

        @Override
        public String describe() {
            return digits == 6 ? "seconds, rounded to 1 us" : "seconds, 1 ns";
        }
    }

    /**
     * A clock that prints whole cycles, such as x86-tsc.
     *
     * @param mhz cycles per µs; 1000 when the counter counts ns
     * @param how the evidence, in words
     */
    record Counter(double mhz, RateSource source, String how) implements TraceClock {
        @Override
        public double nsPerUnit() {
            return 1_000 / mhz;
        }

        @Override
        public String describe() {
            return String.format(Locale.ROOT, "cycles, %.3f MHz: %s", mhz, how);
        }
    }
}
