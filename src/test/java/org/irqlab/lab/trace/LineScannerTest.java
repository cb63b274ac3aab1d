package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

@Timeout(30)
class LineScannerTest {
    private static final int SEEDS = 64;

    /** Gives the bytes in pieces of random length, as pipes and inflaters do. */
    private static InputStream inPieces(byte[] content, Random random, int longest) {
        return new FilterInputStream(new ByteArrayInputStream(content)) {
            @Override
            public int read(byte[] bytes, int from, int length) throws IOException {
                return super.read(bytes, from, Math.min(length, 1 + random.nextInt(longest)));
            }
        };
    }

    @Test
    void cutsTheSameLinesHoweverTheBytesArrive() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var expected = new ArrayList<String>();
            var text = new StringBuilder();
            for (int i = 0; i < 256; i++) {
                int length = random.nextInt(random.nextInt(50) == 0 ? 60_000 : 120);
                byte[] line = new byte[length];
                random.nextBytes(line);
                // The neighbours of the line end, and its look-alike in the upper half.
                byte[] letters = {'\t', 0x0b, (byte) 0x8a, 'x', 0};
                for (int at = 0; at < length; at++) {
                    line[at] = letters[(line[at] & 0xff) % letters.length];
                }
                expected.add(new String(line, StandardCharsets.ISO_8859_1));
                text.append(expected.getLast()).append('\n');
            }
            boolean cut = random.nextBoolean() && !expected.getLast().isEmpty();
            if (cut) {
                text.setLength(text.length() - 1);
            }
            byte[] content = text.toString().getBytes(StandardCharsets.ISO_8859_1);
            int longest = random.nextBoolean() ? 40 : 100_000;
            assertEquals(expected, lines(inPieces(content, random, longest), cut), "seed " + seed);
        }
    }

    private static List<String> lines(InputStream in, boolean cut) {
        var lines = new ArrayList<String>();
        var cursor = new Cursor("t");
        try (var scanner = new LineScanner("t", in)) {
            while (scanner.next(cursor)) {
                byte[] line = Arrays.copyOfRange(cursor.text, cursor.at, cursor.end);
                lines.add(new String(line, StandardCharsets.ISO_8859_1));
                assertEquals(lines.size(), cursor.line);
            }
            assertEquals(cut, scanner.unterminated());
            assertFalse(scanner.next(cursor));
        }
        return lines;
    }
}
