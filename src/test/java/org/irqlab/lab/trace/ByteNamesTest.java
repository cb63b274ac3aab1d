package org.irqlab.lab.trace;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Random;

@Timeout(30)
class ByteNamesTest {
    private static final int SEEDS = 64;
    private static final int OPERATIONS = 4096;

    @Test
    void givesEachNameTheNumberThatTheTableOfStringsGives() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var table = new NameTable();
            var names = new ByteNames(table);
            var model = new HashMap<String, Integer>();
            var cursor = new Cursor("t");
            cursor.text = new byte[256];
            for (int i = 0; i < OPERATIONS; i++) {
                // Few letters and short, so that names repeat; long ones, so that words are hashed.
                int length = random.nextInt(random.nextInt(8) == 0 ? 60 : 7);
                int from = random.nextInt(100);
                random.nextBytes(cursor.text);
                for (int at = from; at < from + length; at++) {
                    cursor.text[at] = (byte) ('a' + random.nextInt(3));
                }
                String name = new String(cursor.text, from, length, StandardCharsets.ISO_8859_1);
                int id = names.id(cursor, from, from + length);
                Integer known = model.putIfAbsent(name, id);
                assertEquals(known == null ? id : known, id, name);
                assertEquals(name, table.name(id));
                assertEquals(table.id(name), id);
            }
            assertEquals(model.size(), table.size() - (model.containsKey("") ? 0 : 1));
        }
    }

    @Test
    void refusesMoreNamesThanATraceCanHave() {
        var names = new ByteNames(new NameTable());
        var cursor = new Cursor("t");
        cursor.text = new byte[2048];
        assertThrows(TraceFormatException.class, () -> names.id(cursor, 0, 1025));
        assertThrows(
                TraceFormatException.class,
                () -> {
                    for (int i = 0; i <= 1 << 18; i++) {
                        byte[] name = Integer.toString(i).getBytes(StandardCharsets.ISO_8859_1);
                        System.arraycopy(name, 0, cursor.text, 0, name.length);
                        names.id(cursor, 0, name.length);
                    }
                });
    }
}
