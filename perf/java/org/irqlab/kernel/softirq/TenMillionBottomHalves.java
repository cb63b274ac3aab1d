package org.irqlab.kernel.softirq;

import org.irqlab.base.time.HostClock;

import java.util.List;

/**
 * Ten million random raises, schedules, disables and kills of two CPUs: everything must be
 * accounted for. Not a measurement of latency: the CPUs float over the host's cores.
 *
 * <p>Fails if anything was lost. Arguments: operations (10000000), seed (1).
 */
public final class TenMillionBottomHalves {
    private static final int CPUS = 2;
    private static final int OPERATIONS = 10_000_000;
    private static final double NS_PER_S = 1e9;

    private TenMillionBottomHalves() {}

    /**
     * Runs the harness.
     *
     * @throws AssertionError if anything was lost
     */
    public static void run(List<String> args) {
        long operations = args.isEmpty() ? OPERATIONS : Long.parseLong(args.get(0));
        long seed = args.size() < 2 ? 1 : Long.parseLong(args.get(1));
        System.out.printf(
                "%d operations, seed %d, %d CPUs on any core, JDK %s%n",
                operations, seed, CPUS, Runtime.version());
        long began = HostClock.nowNs();
        var mix = new BottomHalfMix(CPUS, operations, seed);
        List<String> problems = mix.run();
        System.out.printf("%.1f s, %s%n", (HostClock.nowNs() - began) / NS_PER_S, mix.summary());
        System.out.print(mix.ages());
        if (!problems.isEmpty()) {
            throw new AssertionError(problems);
        }
        System.out.println("nothing lost");
    }
}
