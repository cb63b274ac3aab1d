package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.FireOutcome;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The translation service as the architecture tells it: three maps, walked for every message. */
final class ItsModel {
    static final int FIRST_LPI = 8192;

    private final int lpis;
    private final Map<Integer, Map<Integer, int[]>> devices = new TreeMap<>();
    private final Map<Integer, Integer> events = new TreeMap<>();
    private final Map<Integer, Integer> collections = new TreeMap<>();
    private final TreeSet<Integer> configuredOff = new TreeSet<>();
    final List<TreeSet<Integer>> pending = new ArrayList<>();
    private final List<TreeSet<Integer>> off = new ArrayList<>();
    boolean enabled = true;
    int unmapped;
    int bad;
    int moves;
    int cleared;
    int interrupts;

    ItsModel(int redistributors, int lpis) {
        this.lpis = lpis;
        for (int n = 0; n < redistributors; n++) {
            pending.add(new TreeSet<>());
            off.add(new TreeSet<>());
        }
    }

    FireOutcome fire(int device, int event) {
        if (!enabled) {
            return FireOutcome.DROPPED_DISABLED;
        }
        int[] entry = devices.getOrDefault(device, Map.of()).get(event);
        if (entry == null || !collections.containsKey(entry[1])) {
            unmapped++;
            return FireOutcome.DROPPED_NO_TARGET;
        }
        return trigger(collections.get(entry[1]), entry[0]);
    }

    private FireOutcome trigger(int redistributor, int lpi) {
        if (lpi >= FIRST_LPI + lpis) {
            return FireOutcome.DROPPED_ILLEGAL_VECTOR;
        }
        boolean first = pending.get(redistributor).add(lpi);
        if (off.get(redistributor).contains(lpi)) {
            return first ? FireOutcome.PENDED_MASKED : FireOutcome.COALESCED_MASKED;
        }
        return first ? FireOutcome.LATCHED : FireOutcome.COALESCED;
    }

    int acknowledge(int redistributor) {
        for (int lpi : pending.get(redistributor)) {
            if (!off.get(redistributor).contains(lpi)) {
                pending.get(redistributor).remove(lpi);
                return lpi;
            }
        }
        return FakeLpis.NONE;
    }

    void configure(int lpi, boolean on) {
        if (on) {
            configuredOff.remove(lpi);
        } else {
            configuredOff.add(lpi);
        }
    }

    void mapd(int device, int bits) {
        if (device > 0xffff || bits > 16) {
            bad++;
            return;
        }
        devices.put(device, new TreeMap<>());
        events.put(device, 1 << bits);
    }

    void unmapd(int device) {
        if (device > 0xffff) {
            bad++;
            return;
        }
        devices.remove(device);
    }

    void mapc(int collection, int redistributor) {
        if (collection >= 8192 || redistributor >= pending.size()) {
            bad++;
            return;
        }
        collections.put(collection, redistributor);
    }

    void unmapc(int collection) {
        if (collection >= 8192) {
            bad++;
            return;
        }
        collections.remove(collection);
    }

    void mapti(int device, int event, int lpi, int collection) {
        if (!deviceMapped(device)) {
            return;
        }
        if (event >= events.get(device) || lpi < FIRST_LPI || lpi > 0xffff || collection >= 8192) {
            bad++;
            return;
        }
        devices.get(device).put(event, new int[] {lpi, collection});
        if (collections.containsKey(collection)) {
            read(collections.get(collection), lpi);
        }
    }

    private boolean deviceMapped(int device) {
        if (device > 0xffff) {
            bad++;
            return false;
        }
        if (!devices.containsKey(device)) {
            unmapped++;
            return false;
        }
        return true;
    }

    private int[] entry(int device, int event) {
        if (!deviceMapped(device)) {
            return null;
        }
        if (event >= events.get(device)) {
            bad++;
            return null;
        }
        int[] entry = devices.get(device).get(event);
        if (entry == null || !collections.containsKey(entry[1])) {
            unmapped++;
            return null;
        }
        return entry;
    }

    void movi(int device, int event, int collection) {
        int[] entry = entry(device, event);
        if (entry == null) {
            return;
        }
        if (collection >= 8192) {
            bad++;
        } else if (!collections.containsKey(collection)) {
            unmapped++;
        } else {
            int from = collections.get(entry[1]);
            entry[1] = collection;
            if (from != collections.get(collection)) {
                read(collections.get(collection), entry[0]);
            }
            move(entry[0], from, collections.get(collection));
        }
    }

    private void move(int lpi, int from, int to) {
        if (from != to && pending.get(from).remove(lpi)) {
            moves++;
            trigger(to, lpi);
        }
    }

    void discard(int device, int event) {
        int[] entry = entry(device, event);
        if (entry != null) {
            devices.get(device).remove(event);
            cleared += pending.get(collections.get(entry[1])).remove(entry[0]) ? 1 : 0;
        }
    }

    void clear(int device, int event) {
        int[] entry = entry(device, event);
        if (entry != null) {
            cleared += pending.get(collections.get(entry[1])).remove(entry[0]) ? 1 : 0;
        }
    }

    void interrupt(int device, int event) {
        int[] entry = entry(device, event);
        if (entry != null) {
            interrupts++;
            trigger(collections.get(entry[1]), entry[0]);
        }
    }

    void inv(int device, int event) {
        int[] entry = entry(device, event);
        if (entry != null) {
            read(collections.get(entry[1]), entry[0]);
        }
    }

    private void read(int redistributor, int lpi) {
        if (configuredOff.contains(lpi)) {
            off.get(redistributor).add(lpi);
        } else {
            off.get(redistributor).remove(lpi);
        }
    }

    void invall(int collection) {
        if (collection >= 8192) {
            bad++;
        } else if (!collections.containsKey(collection)) {
            unmapped++;
        } else {
            off.get(collections.get(collection)).clear();
            off.get(collections.get(collection)).addAll(configuredOff);
        }
    }

    void movall(int from, int to) {
        if (from >= pending.size() || to >= pending.size()) {
            bad++;
            return;
        }
        for (int lpi : List.copyOf(pending.get(from))) {
            move(lpi, from, to);
        }
    }

    void sync(int redistributor) {
        bad += redistributor >= pending.size() ? 1 : 0;
    }
}
