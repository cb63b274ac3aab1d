package org.irqlab.hw.cpu;

import org.irqlab.base.time.HostClock;
import org.irqlab.host.ThreadPinning;
import org.irqlab.hw.intc.apic.ApicController;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * How far apart the polls inside {@link VirtualCpu#burn} are where the host did not steal: what an
 * interrupt waits at most. Beside it the bare limit, a loop that reads the clock and meters the
 * gaps in the same way.
 *
 * <p>The two alternate in bursts on one host core; medians over the bursts count. To 8 ns.
 * Arguments: bursts (20), ms per burst (200).
 */
public final class PollGranularity {
    private static final int CPU_CORE = 1;
    private static final long BURN_NS = 100_000;
    private static final double[] QUANTILES = {0.5, 0.99, 0.999};

    private PollGranularity() {}

    /** Runs the harness. */
    public static void run(List<String> args) {
        int bursts = args.isEmpty() ? 20 : Integer.parseInt(args.get(0));
        long burstNs =
                TimeUnit.MILLISECONDS.toNanos(args.size() < 2 ? 200 : Long.parseLong(args.get(1)));
        ThreadPinning.pin(CPU_CORE);
        var bare = new long[bursts][];
        var burning = new long[bursts][];
        var ratios = new double[bursts];
        System.out.println(
                "burst  bare p50/p99/p99.9 ns  stolen %   burn p50/p99/p99.9 ns  stolen % "
                        + " p99/p99");
        for (int burst = -2; burst < bursts; burst++) {
            NoiseMeter control = bareLoop(burstNs);
            NoiseMeter burn = burn(burstNs);
            if (burst < 0) {
                continue; // warm-up
            }
            bare[burst] = quantiles(control);
            burning[burst] = quantiles(burn);
            ratios[burst] = (double) burning[burst][1] / bare[burst][1];
            System.out.printf(
                    "%5d  %-22s %8.2f   %-22s %8.2f  %.2f%n",
                    burst,
                    Arrays.toString(bare[burst]),
                    100.0 * control.stolenNs() / burstNs,
                    Arrays.toString(burning[burst]),
                    100.0 * burn.stolenNs() / burstNs,
                    ratios[burst]);
        }
        Arrays.sort(ratios);
        System.out.printf(
                "median: bare %s ns, burn %s ns, ratio of p99 %.2f%n",
                Arrays.toString(medians(bare)),
                Arrays.toString(medians(burning)),
                ratios[bursts / 2]);
    }

    private static NoiseMeter bareLoop(long forNs) {
        var noise = new NoiseMeter(NoiseMeter.DEFAULT_STEAL_NS);
        long last = HostClock.nowNs();
        long end = last + forNs;
        while (last < end) {
            long now = HostClock.nowNs();
            noise.polled(now - last);
            last = now;
        }
        return noise;
    }

    private static NoiseMeter burn(long forNs) {
        var halt = new HaltLine();
        var noise = new NoiseMeter(NoiseMeter.DEFAULT_STEAL_NS);
        var port = new ApicController(List.of(halt)).port(0);
        var cpu = new VirtualCpu(0, CPU_CORE, port, halt, noise);
        cpu.addDevice(new LocalTimer(cpu));
        long end = HostClock.nowNs() + forNs;
        port.timer().armOnce(end + forNs);
        cpu.irqEnable();
        while (HostClock.nowNs() < end) {
            cpu.burn(BURN_NS);
        }
        return noise;
    }

    private static long[] quantiles(NoiseMeter noise) {
        return Arrays.stream(QUANTILES).mapToLong(noise::pollGranularityNs).toArray();
    }

    private static long[] medians(long[][] bursts) {
        var medians = new long[QUANTILES.length];
        for (int q = 0; q < medians.length; q++) {
            int column = q;
            medians[q] =
                    Arrays.stream(bursts)
                            .mapToLong(b -> b[column])
                            .sorted()
                            .skip(bursts.length / 2)
                            .findFirst()
                            .orElseThrow();
        }
        return medians;
    }
}
