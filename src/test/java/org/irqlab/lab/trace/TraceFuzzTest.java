package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.OptionalDouble;
import java.util.Random;

/** Damaged traces give a reading or a {@link TraceFormatException} of one line, nothing else. */
@Timeout(120)
class TraceFuzzTest {
    private static final int SEEDS = 1500;
    private static final String ALPHABET = "0123456789 .:-[]()=>#\n\r\tadhNs_%x\0\u00ff";

    private enum Damage {
        FLIP,
        REPLACE,
        INSERT,
        DELETE,
        SWAP_BLOCKS
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "hackbench-ipi.trace",
                "fsync-loop.trace.gz",
                "napi-threaded-tsc.trace.gz",
                "tick-tsc.trace.gz"
            })
    void damagedTextIsReadOrRefused(String excerpt) throws IOException {
        byte[] whole =
                TraceExcerptTest.text(TraceExcerptTest.excerpt(excerpt))
                        .getBytes(StandardCharsets.ISO_8859_1);
        int read = 0;
        int refused = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            byte[] damaged = whole;
            int times = 1 + random.nextInt(random.nextInt(4) == 0 ? 200 : 3);
            for (int i = 0; i < times; i++) {
                damaged = damage(damaged, random);
            }
            if (reads(damaged, random.nextBoolean(), seed)) {
                read++;
            } else {
                refused++;
            }
        }
        assertTrue(read > SEEDS / 100, "almost all damage is refused: " + refused);
        assertTrue(refused > SEEDS / 10, "almost no damage is noticed: " + refused);
    }

    @ParameterizedTest
    @ValueSource(strings = {"fsync-loop.trace.gz", "tick-tsc.trace.gz"})
    void damagedGzipIsReadOrRefused(String excerpt) throws IOException {
        byte[] whole;
        try (InputStream in = getClass().getResourceAsStream("/traces/" + excerpt)) {
            whole = in.readAllBytes();
        }
        int refused = 0;
        for (int seed = 0; seed < SEEDS; seed++) {
            refused += reads(damage(whole, new Random(seed)), true, seed) ? 0 : 1;
        }
        assertTrue(refused > SEEDS / 2, "almost no damage is noticed: " + refused);
    }

    private static boolean reads(byte[] trace, boolean rateGiven, int seed) {
        var reader =
                new TracefsReader(
                        TraceInput.bytes("t", trace),
                        rateGiven ? OptionalDouble.of(2596.122) : OptionalDouble.empty());
        var inventory = new TraceInventory(reader.names());
        try {
            TraceSummary summary = inventory.summary(reader.read(inventory));
            assertFalse(InventoryText.lines(summary).isEmpty());
            assertTrue(summary.coverage() >= 0 && summary.coverage() <= 1, "seed " + seed);
            return true;
        } catch (TraceFormatException e) {
            assertTrue(e.getMessage().startsWith("t:"), e.getMessage());
            assertTrue(e.getMessage().chars().allMatch(c -> c >= ' ' && c < 127), e.getMessage());
            return false;
        }
    }

    private static byte[] damage(byte[] text, Random random) {
        int at = random.nextInt(text.length);
        int length = 1 + random.nextInt(Math.min(8, text.length - at));
        return switch (Damage.values()[random.nextInt(Damage.values().length)]) {
            case FLIP -> {
                byte[] copy = text.clone();
                copy[at] ^= (byte) (1 << random.nextInt(8));
                yield copy;
            }
            case REPLACE -> {
                byte[] copy = text.clone();
                copy[at] = (byte) ALPHABET.charAt(random.nextInt(ALPHABET.length()));
                yield copy;
            }
            case INSERT -> {
                byte[] copy = Arrays.copyOf(text, text.length + length);
                System.arraycopy(text, at, copy, at + length, text.length - at);
                yield copy;
            }
            case DELETE -> {
                byte[] copy = Arrays.copyOf(text, Math.max(1, text.length - length));
                int rest = copy.length - at;
                if (rest > 0) {
                    System.arraycopy(text, at + length, copy, at, rest);
                }
                yield copy;
            }
            case SWAP_BLOCKS -> {
                byte[] copy = text.clone();
                int other = random.nextInt(text.length - length + 1);
                System.arraycopy(text, at, copy, other, length);
                yield copy;
            }
        };
    }
}
