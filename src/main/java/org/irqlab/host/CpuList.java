package org.irqlab.host;

import java.util.Arrays;
import java.util.TreeSet;
import java.util.stream.IntStream;

/**
 * An immutable set of host CPU numbers in rising order, written as the kernel does: {@code
 * 0-3,8,10-11}.
 */
public final class CpuList {
    /** The set of no CPUs. */
    public static final CpuList NONE = new CpuList(new int[0]);

    /** One past the highest CPU number understood here; Linux allows 8192 CPUs. */
    public static final int MAX_CPUS = 8192;

    private final int[] cpus;

    private CpuList(int[] cpus) {
        this.cpus = cpus;
    }

    /** Returns the set of these CPUs. */
    public static CpuList of(int... cpus) {
        for (int cpu : cpus) {
            if (cpu < 0 || cpu >= MAX_CPUS) {
                throw new IllegalArgumentException("cpu=" + cpu + " not in 0.." + (MAX_CPUS - 1));
            }
        }
        return new CpuList(Arrays.stream(cpus).distinct().sorted().toArray());
    }

    /**
     * Reads the kernel's list format; an empty text is the empty set.
     *
     * @throws IllegalArgumentException if it is anything else
     */
    public static CpuList parse(String text) {
        var found = new TreeSet<Integer>();
        String trimmed = text.strip();
        if (trimmed.isEmpty()) {
            return NONE;
        }
        for (String range : trimmed.split(",", -1)) {
            int dash = range.indexOf('-');
            int first = number(dash < 0 ? range : range.substring(0, dash), text);
            int last = dash < 0 ? first : number(range.substring(dash + 1), text);
            if (last < first) {
                throw new IllegalArgumentException("cpus=" + trimmed + ": " + range + " is empty");
            }
            for (int cpu = first; cpu <= last; cpu++) {
                found.add(cpu);
            }
        }
        return new CpuList(found.stream().mapToInt(Integer::intValue).toArray());
    }

    private static int number(String text, String whole) {
        int value = -1;
        if (!text.isEmpty() && text.length() <= 4 && text.chars().allMatch(CpuList::isDigit)) {
            value = Integer.parseInt(text);
        }
        if (value < 0 || value >= MAX_CPUS) {
            throw new IllegalArgumentException(
                    "cpus="
                            + whole.strip()
                            + ": '"
                            + text
                            + "' is not a CPU number in 0.."
                            + (MAX_CPUS - 1));
        }
        return value;
    }

    private static boolean isDigit(int c) {
        return c >= '0' && c <= '9';
    }

    public int size() {
        return cpus.length;
    }

    public boolean isEmpty() {
        return cpus.length == 0;
    }

    public boolean contains(int cpu) {
        return Arrays.binarySearch(cpus, cpu) >= 0;
    }

    /** Returns the lowest CPU. */
    public int first() {
        if (isEmpty()) {
            throw new IllegalStateException("an empty CPU list has no first CPU");
        }
        return cpus[0];
    }

    /** Returns the CPUs in rising order. */
    public IntStream stream() {
        return Arrays.stream(cpus);
    }

    /** Returns the CPUs that are in both sets. */
    public CpuList and(CpuList other) {
        return new CpuList(stream().filter(other::contains).toArray());
    }

    /** Returns the CPUs of this set that are not in the other. */
    public CpuList without(CpuList other) {
        return new CpuList(stream().filter(cpu -> !other.contains(cpu)).toArray());
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpuList list && Arrays.equals(cpus, list.cpus);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(cpus);
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int i = 0; i < cpus.length; i++) {
            int last = i;
            while (last + 1 < cpus.length && cpus[last + 1] == cpus[last] + 1) {
                last++;
            }
            text.append(text.isEmpty() ? "" : ",").append(cpus[i]);
            if (last > i) {
                text.append('-').append(cpus[last]);
            }
            i = last;
        }
        return text.toString();
    }
}
