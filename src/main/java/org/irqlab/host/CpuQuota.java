package org.irqlab.host;

import java.util.Optional;
import java.util.OptionalDouble;

/**
 * The CPU time a control group grants: a container may see sixteen CPUs and own two.
 *
 * @see "Linux, Documentation/admin-guide/cgroup-v2.rst, cpu.max; scheduler/sched-bwc.rst"
 */
final class CpuQuota {
    private static final String CGROUP = "sys/fs/cgroup";

    private CpuQuota() {}

    /** Returns the tightest quota from the process's group up to the root, in cores. */
    static OptionalDouble cores(HostFiles files) {
        OptionalDouble tightest = versionOne(files);
        String group =
                files.lines("proc/self/cgroup").stream()
                        .filter(line -> line.startsWith("0::/"))
                        .map(line -> line.substring("0::".length()))
                        .findFirst()
                        .orElse("/");
        while (true) {
            String path = CGROUP + (group.equals("/") ? "" : group) + "/cpu.max";
            tightest = tighter(tightest, files.text(path).flatMap(CpuQuota::versionTwo));
            if (group.length() <= 1) {
                return tightest;
            }
            group = group.substring(0, Math.max(1, group.lastIndexOf('/')));
        }
    }

    private static OptionalDouble tighter(OptionalDouble quota, Optional<Double> other) {
        if (other.isEmpty()) {
            return quota;
        }
        return OptionalDouble.of(Math.min(quota.orElse(Double.MAX_VALUE), other.get()));
    }

    /** Reads {@code 150000 100000}: so many us in each period of so many; {@code max}: no limit. */
    private static Optional<Double> versionTwo(String text) {
        String[] words = text.split(" ");
        return words.length == 2 ? ratio(words[0], words[1]) : Optional.empty();
    }

    private static OptionalDouble versionOne(HostFiles files) {
        Optional<String> quota = files.text(CGROUP + "/cpu/cpu.cfs_quota_us");
        Optional<String> period = files.text(CGROUP + "/cpu/cpu.cfs_period_us");
        return quota.flatMap(us -> period.flatMap(perUs -> ratio(us, perUs)))
                .map(OptionalDouble::of)
                .orElse(OptionalDouble.empty());
    }

    private static Optional<Double> ratio(String quotaUs, String periodUs) {
        // "max", and -1 in version one, are no limit.
        if (!quotaUs.matches("[0-9]{1,15}") || !periodUs.matches("[1-9][0-9]{0,14}")) {
            return Optional.empty();
        }
        return Optional.of((double) Long.parseLong(quotaUs) / Long.parseLong(periodUs));
    }
}
