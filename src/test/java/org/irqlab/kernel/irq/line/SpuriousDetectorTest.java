package org.irqlab.kernel.irq.line;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Random;
import java.util.concurrent.TimeUnit;

/** The rule by which nobody cares, with a clock of the test's own; I-38. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SpuriousDetectorTest {
    private static final int NONE = 0;
    private static final int HANDLED = 1;
    private static final int WAKE = 2;

    private long nowNs = 1_000;
    private final SpuriousDetector detector = new SpuriousDetector(() -> nowNs);

    /** Takes note of one interrupt as the line does; returns whether the line is to be shut off. */
    private boolean note(int result, int threadsHandled) {
        nowNs += 1_000;
        return !detector.fine(result)
                && detector.judge(result, threadsHandled) >= 0
                && detector.nobodyCares();
    }

    private boolean note(int result) {
        return note(result, 0);
    }

    @Test
    void shutsOffExactlyAtTheHundredThousandthUnclaimedInARow() {
        for (int i = 1; i < 100_000; i++) {
            assertFalse(note(NONE), "at " + i);
        }
        assertTrue(note(NONE));
    }

    @Test
    void leavesALineAloneOfWhich99900Of100000AreUnclaimed() {
        assertFalse(anyShutOff(99_900));
    }

    @Test
    void shutsOffALineOfWhich99901Of100000AreUnclaimed() {
        assertTrue(anyShutOff(99_901));
    }

    /** The first is unclaimed, so that the count begins; the claimed ones follow. */
    private boolean anyShutOff(int unclaimed) {
        boolean off = note(NONE);
        for (int i = 0; i < 100_000 - unclaimed; i++) {
            off |= note(HANDLED);
        }
        for (int i = 1; i < unclaimed; i++) {
            off |= note(NONE);
        }
        assertEquals(0, detector.irqCount(), "a window is over");
        return off;
    }

    @Test
    void doesNotCountClaimedOnesBeforeTheFirstUnclaimedOne() {
        for (int i = 0; i < 1_000; i++) {
            note(HANDLED);
        }
        assertEquals(0, detector.irqCount());
        note(NONE);
        assertEquals(1, detector.irqCount());
    }

    @Test
    void neverShutsOffALineThatIsUnclaimedNowAndThen() {
        for (int i = 0; i < 250_000; i++) {
            nowNs += SpuriousDetector.GAP_NS;
            assertFalse(note(NONE));
        }
        assertEquals(1, detector.irqsUnhandled());
    }

    @Test
    void judgesAWakeByWhatTheThreadHandledUntilTheNext() {
        assertEquals(-1, detector.judge(WAKE, 0), "nothing is known of the first");
        assertEquals(HANDLED, detector.judge(WAKE, 1));
        assertEquals(NONE, detector.judge(WAKE, 1), "no thread has handled anything since");
        assertEquals(HANDLED, detector.judge(WAKE, 2));
        assertEquals(WAKE | HANDLED, detector.judge(WAKE | HANDLED, 2));
        assertEquals(-1, detector.judge(WAKE, 2), "disarmed by the one before");
    }

    @Test
    void shutsOffALineWhoseThreadNeverHandlesAnything() {
        note(WAKE);
        for (int i = 1; i < 100_000; i++) {
            assertFalse(note(WAKE));
        }
        assertTrue(note(WAKE));
    }

    @Test
    void takesOneFoundElsewhereOffTheCount() {
        note(NONE);
        note(NONE);
        detector.foundElsewhere();
        assertEquals(1, detector.irqsUnhandled());
    }

    @Test
    void agreesWithThePlainModel() {
        for (int seed = 0; seed < 64; seed++) {
            var random = new Random(seed);
            var real = new SpuriousDetector(() -> nowNs);
            var model = new Plain();
            int handled = 0;
            int claimedOf = 1 << random.nextInt(12);
            for (int i = 0; i < 120_000; i++) {
                nowNs += random.nextInt(500) == 0 ? SpuriousDetector.GAP_NS * 2 : 10;
                int result = random.nextInt(claimedOf) == 0 ? random.nextInt(4) : NONE;
                handled += random.nextInt(3) == 0 ? 1 : 0;
                boolean off =
                        !real.fine(result)
                                && real.judge(result, handled) >= 0
                                && real.nobodyCares();
                assertEquals(model.note(result, handled, nowNs), off, "seed=" + seed + " i=" + i);
                assertEquals(model.count, real.irqCount());
                assertEquals(model.unclaimed, real.irqsUnhandled());
            }
        }
    }

    /** The rule as the reference lists it. */
    private static final class Plain {
        private int count;
        private int unclaimed;
        private long last;
        private boolean armed;
        private int remembered;

        boolean note(int result, int handled, long now) {
            boolean claimed = result != NONE;
            if (result == WAKE) {
                if (!armed) {
                    armed = true;
                    return false;
                }
                claimed = handled != remembered;
                remembered = handled;
            } else if ((result & WAKE) != 0) {
                armed = false;
            }
            if (!claimed) {
                boolean soon = unclaimed > 0 && now - last <= 100_000_000L;
                unclaimed = soon ? unclaimed + 1 : 1;
                last = now;
            }
            if (unclaimed == 0) {
                return false;
            }
            count++;
            if (count < 100_000) {
                return false;
            }
            boolean off = unclaimed > 99_900;
            count = 0;
            unclaimed = 0;
            return off;
        }
    }
}
