package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.OptionalDouble;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.regex.Pattern;

/** The rate of a cycle counter, told from the tick. */
@Timeout(60)
class TickRateTest {
    private static final double TOLERANCE = 1e-3;
    private static final double MACHINE_NS = 6e9;

    /** A machine with a busy CPU 0, an idle CPU 1, and timers beside the tick. */
    private static final class Machine {
        final TickRateFinder finder;
        final NameTable names = new NameTable();
        final Random random;
        final double mhz;
        final TraceEvent event = new TraceEvent();

        Machine(long seed, double mhz) {
            random = new Random(seed);
            this.mhz = mhz;
            finder = new TickRateFinder("t", names);
        }

        void emit(EventKind kind, int cpu, double ns, int number) {
            event.kind = kind;
            event.cpu = cpu;
            event.timeNs = (long) (ns * mhz / 1000);
            event.number = number;
            finder.event(event);
        }

        void tick(int cpu, double ns, int vector) {
            double late = ns + 800 + Math.abs(random.nextGaussian()) * 15_000;
            emit(EventKind.LOCAL_TIMER_ENTRY, cpu, late, 236);
            emit(EventKind.SOFTIRQ_RAISE, cpu, late + 500, vector);
            emit(EventKind.LOCAL_TIMER_EXIT, cpu, late + 900, 236);
        }

        /** An hrtimer, which is no tick. */
        void timer(int cpu, double ns) {
            emit(EventKind.LOCAL_TIMER_ENTRY, cpu, ns, 236);
            emit(EventKind.LOCAL_TIMER_EXIT, cpu, ns + 700, 236);
        }

        void secondTimer(double ns) {
            emit(EventKind.SOFTIRQ_ENTRY, 0, ns, 1);
            event.nameId = names.id("vmstat_update");
            event.object = 77;
            emit(EventKind.WORKQUEUE_QUEUE_WORK, 0, ns + 300, 0);
            emit(EventKind.SOFTIRQ_EXIT, 0, ns + 600, 1);
        }

        void run(int hz, boolean withSecondTimers) {
            double period = 1e9 / hz;
            int n = (int) (MACHINE_NS / period);
            for (int k = 1; k < n; k++) {
                if (random.nextInt(10) > 0) {
                    tick(0, k * period, random.nextBoolean() ? 7 : 9);
                }
                if (random.nextInt(20) == 0) {
                    tick(1, k * period, 1);
                }
                timer(0, k * period + 60_000 + random.nextInt((int) (period / 2)));
                // The timer wheel is late by up to an eighth.
                if (withSecondTimers && k % (hz + hz / 40) == 0) {
                    secondTimer(k * period + 100_000);
                }
            }
        }
    }

    @ParameterizedTest
    @CsvSource({
        "100, 2100", "100, 3700", "250, 1497.3", "250, 2596.122", "250, 3400.1", "250, 4200.7",
        "300, 1800", "300, 2893.5", "300, 4100", "1000, 1000", "1000, 2100.5", "1000, 3792.9"
    })
    void tellsTheRateFromTicksAndTimersOfSeconds(int hz, double mhz) {
        for (int seed = 0; seed < 8; seed++) {
            var machine = new Machine(seed, mhz);
            machine.run(hz, true);
            TraceClock.Counter clock = machine.finder.clock();
            assertEquals(mhz, clock.mhz(), mhz * TOLERANCE / 10, clock.how());
            assertTrue(clock.how().contains("HZ=" + hz + " by "), clock.how());
            assertEquals(TraceClock.RateSource.TICK_AND_TIMERS, clock.source());
        }
    }

    @ParameterizedTest
    @CsvSource({"1000, 2600, true", "100, 2600, true", "250, 2600, false", "300, 2600, false"})
    void withoutTimersOfSecondsTellsItOnlyWhereOneRateIsLikely(int hz, double mhz, boolean told) {
        var machine = new Machine(1, mhz);
        machine.run(hz, false);
        if (told) {
            assertEquals(mhz, machine.finder.clock().mhz(), mhz * TOLERANCE);
            assertEquals(TraceClock.RateSource.TICK, machine.finder.clock().source());
            return;
        }
        var e = assertThrows(TraceFormatException.class, machine.finder::clock);
        assertTrue(e.getMessage().contains("but HZ may be 250 ("), e.getMessage());
        assertTrue(e.getMessage().contains("or 300 ("), e.getMessage());
        assertTrue(e.getMessage().contains("--tsc-mhz"), e.getMessage());
    }

    @Test
    void saysThatNoProcessorHasSuchATick() {
        var machine = new Machine(1, 7000);
        machine.run(100, true);
        var e = assertThrows(TraceFormatException.class, machine.finder::clock);
        assertTrue(e.getMessage().contains("cycles of unknown rate"), e.getMessage());
    }

    @Test
    void timersWithoutTicksTellNothing() {
        var machine = new Machine(1, 2600);
        for (int i = 0; i < 5000; i++) {
            machine.timer(0, i * 250_000.0);
            machine.emit(EventKind.SOFTIRQ_RAISE, 0, i * 250_000.0 + 9_000, 3);
        }
        var e = assertThrows(TraceFormatException.class, machine.finder::clock);
        assertTrue(e.getMessage().contains("no regular tick"), e.getMessage());
    }

    /** The stamps of a real trace in µs, as another machine's counter would have shown them. */
    @ParameterizedTest
    @ValueSource(doubles = {1000, 1497.3, 1990.1, 2899.8, 3692.9, 4900})
    void tellsTheRateOfARealTraceAtAnyRate(double mhz) throws IOException {
        var input = TraceInput.bundled("fio-randread-qd1");
        String text = TraceExcerptTest.text(input);
        String cycles = restamped(text, micros -> (long) (micros * mhz));
        var reader =
                new TracefsReader(
                        TraceInput.bytes("t", cycles.getBytes(StandardCharsets.ISO_8859_1)),
                        OptionalDouble.empty());
        var clock = (TraceClock.Counter) reader.clock();
        assertEquals(mhz, clock.mhz(), mhz * TOLERANCE / 10, clock.describe());
    }

    /** A counter of ns in a trace too short for timers of seconds must not become 4 GHz. */
    @Test
    void doesNotTakeACounterOfNsForAFastProcessor() {
        var machine = new Machine(3, 1000);
        machine.run(250, false);
        assertThrows(TraceFormatException.class, machine.finder::clock);
    }

    private static String restamped(String text, LongUnaryOperator toCycles) {
        return Pattern.compile("(?m)^(.{16}-\\d+ +\\[\\d+\\] \\S+ +)(\\d+)\\.(\\d{6}):")
                .matcher(text)
                .replaceAll(m ->
                        m.group(1).replace("$", "\\$")
                                + toCycles.applyAsLong(Long.parseLong(m.group(2) + m.group(3)))
                                + ":");
    }
}
