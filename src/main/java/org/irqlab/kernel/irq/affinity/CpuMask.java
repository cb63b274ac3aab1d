package org.irqlab.kernel.irq.affinity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * A set of CPUs.
 *
 * <p>Immutable; for cold paths, as every change makes a new one.
 *
 * @see "Linux include/linux/cpumask.h; lib/vsprintf.c, %*pb and %*pbl"
 */
public final class CpuMask {
    public static final CpuMask NONE = new CpuMask(new long[0]);

    private static final int HEX_GROUP_BITS = 32;

    // No trailing zero words, so that equal sets have equal words.
    private final long[] words;

    private CpuMask(long[] words) {
        int used = words.length;
        while (used > 0 && words[used - 1] == 0) {
            used--;
        }
        this.words = used == words.length ? words : Arrays.copyOf(words, used);
    }

    /** Returns CPUs 0 to {@code cpus} − 1. */
    public static CpuMask first(int cpus) {
        var words = new long[words(cpus)];
        for (int cpu = 0; cpu < cpus; cpu++) {
            words[cpu / Long.SIZE] |= 1L << cpu;
        }
        return new CpuMask(words);
    }

    public static CpuMask of(int... cpus) {
        int most = Arrays.stream(cpus).max().orElse(-1);
        var words = new long[words(most + 1)];
        for (int cpu : cpus) {
            if (cpu < 0) {
                throw new IllegalArgumentException("cpu=" + cpu + " < FIRST=0");
            }
            words[cpu / Long.SIZE] |= 1L << cpu;
        }
        return new CpuMask(words);
    }

    private static int words(int bits) {
        return (bits + Long.SIZE - 1) / Long.SIZE;
    }

    public boolean contains(int cpu) {
        int word = cpu / Long.SIZE;
        return cpu >= 0 && word < words.length && (words[word] >>> cpu & 1) != 0;
    }

    public boolean isEmpty() {
        return words.length == 0;
    }

    /** Returns the lowest CPU, or −1. */
    public int first() {
        return next(0);
    }

    /** Returns the lowest CPU at or above {@code cpu}, or −1. */
    public int next(int cpu) {
        for (int at = cpu; at < words.length * Long.SIZE; at++) {
            if (contains(at)) {
                return at;
            }
        }
        return -1;
    }

    public int count() {
        return Arrays.stream(words).mapToInt(Long::bitCount).sum();
    }

    public CpuMask and(CpuMask other) {
        var both = new long[Math.min(words.length, other.words.length)];
        Arrays.setAll(both, i -> words[i] & other.words[i]);
        return new CpuMask(both);
    }

    public CpuMask or(CpuMask other) {
        var either = Arrays.copyOf(words, Math.max(words.length, other.words.length));
        for (int i = 0; i < other.words.length; i++) {
            either[i] |= other.words[i];
        }
        return new CpuMask(either);
    }

    public CpuMask minus(CpuMask other) {
        var left = words.clone();
        for (int i = 0; i < Math.min(left.length, other.words.length); i++) {
            left[i] &= ~other.words[i];
        }
        return new CpuMask(left);
    }

    public CpuMask with(int cpu) {
        return or(of(cpu));
    }

    public CpuMask without(int cpu) {
        return minus(of(cpu));
    }

    public boolean intersects(CpuMask other) {
        return !and(other).isEmpty();
    }

    public void forEach(IntConsumer action) {
        for (int cpu = first(); cpu >= 0; cpu = next(cpu + 1)) {
            action.accept(cpu);
        }
    }

    /** Returns the digits of smp_affinity: groups of 32 CPUs, the highest first, for a machine. */
    public String hex(int cpus) {
        var text = new StringBuilder();
        int groups = Math.max(1, (cpus + HEX_GROUP_BITS - 1) / HEX_GROUP_BITS);
        for (int group = groups - 1; group >= 0; group--) {
            int bits = Math.min(HEX_GROUP_BITS, Math.max(1, cpus - group * HEX_GROUP_BITS));
            int digits = (bits + 3) / 4;
            text.append(("%0" + digits + "x").formatted(group(group)));
            text.append(group > 0 ? "," : "");
        }
        return text.toString();
    }

    private int group(int group) {
        int word = group / 2;
        return word < words.length ? (int) (words[word] >>> group % 2 * HEX_GROUP_BITS) : 0;
    }

    /** Returns the ranges of smp_affinity_list, as in {@code 0-3,5}; empty for no CPU. */
    public String list() {
        List<String> ranges = new ArrayList<>();
        for (int from = first(); from >= 0; ) {
            int to = from;
            while (contains(to + 1)) {
                to++;
            }
            ranges.add(from == to ? "" + from : from + "-" + to);
            from = next(to + 1);
        }
        return String.join(",", ranges);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof CpuMask mask && Arrays.equals(words, mask.words);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(words);
    }

    @Override
    public String toString() {
        return "{" + list() + "}";
    }
}
