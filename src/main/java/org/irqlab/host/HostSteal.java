package org.irqlab.host;

import java.util.Map;
import java.util.TreeMap;

/**
 * Time a hypervisor says it withheld from each CPU; its grain is 10 ms, and some hypervisors never
 * say: zero is no proof of quiet.
 *
 * @param stolenNs by CPU number, since the machine started; empty where not known
 * @see "Linux, Documentation/filesystems/proc.rst, section 1.7, steal"
 */
public record HostSteal(Map<Integer, Long> stolenNs) {
    // USER_HZ is 100 on every architecture irqlab runs on.
    private static final long TICK_NS = 10_000_000L;
    private static final int STEAL_WORD = 8;

    /** Copies the map. */
    public HostSteal {
        stolenNs = Map.copyOf(stolenNs);
    }

    /** Reads the running machine. */
    public static HostSteal live() {
        return read(HostFiles.live());
    }

    /** Reads {@code proc/stat}. */
    public static HostSteal read(HostFiles files) {
        var stolenNs = new TreeMap<Integer, Long>();
        for (String line : files.lines("proc/stat")) {
            String[] words = line.split(" +");
            if (words[0].matches("cpu[0-9]{1,4}")
                    && words.length > STEAL_WORD
                    && words[STEAL_WORD].matches("[0-9]{1,15}")) {
                int cpu = Integer.parseInt(words[0].substring("cpu".length()));
                stolenNs.put(cpu, Long.parseLong(words[STEAL_WORD]) * TICK_NS);
            }
        }
        return new HostSteal(stolenNs);
    }

    /** Returns the time withheld from {@code hostCpu} since {@code earlier}; 0 where not known. */
    public long sinceNs(HostSteal earlier, int hostCpu) {
        return stolenNs.getOrDefault(hostCpu, 0L) - earlier.stolenNs.getOrDefault(hostCpu, 0L);
    }
}
