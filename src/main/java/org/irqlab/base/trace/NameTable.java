package org.irqlab.base.trace;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Numbers for the strings of a trace; number 0 is the empty string.
 *
 * <p><b>Threads.</b> One writer; readers after it has finished.
 */
public final class NameTable {
    private final List<String> names = new ArrayList<>();
    private final Map<String, Integer> ids = new HashMap<>();

    public NameTable() {
        id("");
    }

    /** Returns the number of {@code name}, a new one if it has none. */
    public int id(String name) {
        Integer known = ids.get(name);
        if (known != null) {
            return known;
        }
        int id = names.size();
        names.add(name);
        ids.put(name, id);
        return id;
    }

    /** As {@link #id(String)}, for bytes of a file. */
    public int id(byte[] text, int from, int to) {
        return id(new String(text, from, to - from, StandardCharsets.ISO_8859_1));
    }

    public String name(int id) {
        return names.get(id);
    }

    public int size() {
        return names.size();
    }
}
