package org.irqlab.lab.replay;

import java.util.List;

/**
 * Tells kernel threads by their names, since no event says what a task is. A name that is not known
 * counts as a user task.
 */
final class KernelThreads {
    private static final List<String> PREFIXES =
            List.of(
                    "kworker/",
                    "ksoftirqd/",
                    "napi/",
                    "irq/",
                    "rcu",
                    "migration/",
                    "jbd2/",
                    "cpuhp/",
                    "idle_inject/",
                    "kswapd",
                    "kcompactd",
                    "khugepaged",
                    "ksmd",
                    "kthreadd",
                    "kauditd",
                    "khungtaskd",
                    "oom_reaper",
                    "watchdogd",
                    "kdevtmpfs",
                    "scsi_eh_",
                    "xfsaild/",
                    "btrfs-",
                    "nvme",
                    "md/",
                    "dm-",
                    "loop",
                    "psimon",
                    "kblockd",
                    "writeback",
                    "hwrng",
                    "zswap",
                    "ktimers/",
                    "backlog_napi/");

    private KernelThreads() {}

    static boolean named(String name) {
        return PREFIXES.stream().anyMatch(name::startsWith);
    }
}
