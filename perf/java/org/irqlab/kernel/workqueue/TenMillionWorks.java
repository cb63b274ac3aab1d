package org.irqlab.kernel.workqueue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;

import java.util.List;

/**
 * Ten million random operations on workqueues from every CPU of a machine: the long form of the
 * test of the same mix. All that was queued has run or was cancelled, one run at a time. Not a
 * measurement of latency.
 *
 * <p>Fails if the books do not agree. Arguments: operations (10000000), CPUs (2), seed (1). Run it
 * also with {@code -Dirqlab.checks=on}.
 */
public final class TenMillionWorks {
    private static final long OPERATIONS = 10_000_000;
    private static final double NS_PER_S = 1e9;
    private static final long LIMIT_MILLIS = 3_600_000;

    private TenMillionWorks() {}

    /**
     * Runs the harness.
     *
     * @throws AssertionError if anything was lost or ran twice
     */
    public static void run(List<String> args) throws InterruptedException {
        long operations = args.isEmpty() ? OPERATIONS : Long.parseLong(args.get(0));
        int cpus = args.size() < 2 ? 2 : Integer.parseInt(args.get(1));
        long seed = args.size() < 3 ? 1 : Long.parseLong(args.get(2));
        System.out.printf(
                "%d operations on %d CPUs, seed %d, unpinned, JDK %s%n",
                operations, cpus, seed, Runtime.version());
        long beganNs = HostClock.nowNs();
        WorkCounts counts =
                new WorkMix(cpus, operations, seed, MachineSpec.unpinned(cpus)).run(LIMIT_MILLIS);
        System.out.printf("%.1f s%n%s%n", (HostClock.nowNs() - beganNs) / NS_PER_S, counts);
        System.out.println("nothing lost, nothing ran twice");
    }
}
