package org.irqlab.lab.scenario;

import org.irqlab.host.ThreadPinning;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.SchedulerSettings;

import java.util.ArrayList;
import java.util.List;

/**
 * A million MSI-X interrupts, open loop, with the work in each context in turn: everything must be
 * accounted for, every descriptor served, and no thread left. Not a measurement of latency.
 *
 * <p>Fails if anything was lost. Arguments: rate per second (100000), seconds per context (10),
 * work per descriptor in ns (1000).
 */
public final class MillionInterrupts {
    private static final int CPU_CORE = 0;
    private static final int PRODUCER_CORE = 1;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final double NS_PER_MS = 1e6;

    private MillionInterrupts() {}

    /**
     * Runs the harness.
     *
     * @throws AssertionError if anything was lost or left
     */
    public static void run(List<String> args) {
        int rate = args.isEmpty() ? 100_000 : Integer.parseInt(args.get(0));
        int seconds = args.size() < 2 ? 10 : Integer.parseInt(args.get(1));
        long workNs = args.size() < 3 ? 1_000 : Long.parseLong(args.get(2));
        ThreadPinning.pin(PRODUCER_CORE);
        System.out.printf(
                "%d/s for %d s, %d ns of work each; one CPU on core %d, device on core %d, idle"
                        + " poll, JDK %s%n",
                rate, seconds, workNs, CPU_CORE, PRODUCER_CORE, Runtime.version());
        System.out.printf(
                "%-10s %9s %9s %9s %7s %9s %9s %9s %6s  %9s %9s %9s%n",
                "strategy",
                "fired",
                "handled",
                "coalesced",
                "dropped",
                "work",
                "posted",
                "served",
                "full",
                "per s",
                "late ms",
                "steal ms");
        var problems = new ArrayList<String>();
        for (var context : InterruptFlood.Context.values()) {
            var spec =
                    MachineSpec.pinned(CPU_CORE)
                            .withScheduling(SchedulerSettings.linux618().withIdle(IdlePolicy.POLL));
            FloodResult result =
                    new InterruptFlood(context, spec, workNs)
                            .openLoop(rate * seconds, NS_PER_SECOND / rate);
            print(result);
            result.problems().forEach(each -> problems.add(result.strategy() + ": " + each));
        }
        if (!problems.isEmpty()) {
            throw new AssertionError(problems);
        }
        System.out.println("nothing lost, no thread left");
    }

    private static void print(FloodResult result) {
        long fired = result.fires().fired();
        System.out.printf(
                "%-10s %9d %9d %9d %7d %9d %9d %9d %6d  %9.0f %9.2f %9.2f%n",
                result.strategy(),
                fired,
                result.handled(),
                result.coalesced(),
                result.fires().dropped(),
                result.work(),
                result.posted(),
                result.served(),
                result.full(),
                (double) fired * NS_PER_SECOND / result.tookNs(),
                result.latestNs() / NS_PER_MS,
                result.stolenNs() / NS_PER_MS);
    }
}
