package org.irqlab;

import org.irqlab.host.HandOverLatency;
import org.irqlab.hw.cpu.PollGranularity;
import org.irqlab.kernel.workqueue.TenMillionWorks;
import org.irqlab.lab.scenario.InjectionLatency;
import org.irqlab.lab.scenario.KickLatency;
import org.irqlab.lab.scenario.MillionInterrupts;

import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * Starts a latency harness by name: {@code mvn test-compile exec:exec@latency -Dperf.args=NAME}.
 */
public final class LatencyMain {
    private static final Map<String, LatencyHarness> HARNESSES =
            new TreeMap<>(
                    Map.of(
                            "HandOver", HandOverLatency::run,
                            "Injection", InjectionLatency::run,
                            "Kick", KickLatency::run,
                            "MillionInterrupts", MillionInterrupts::run,
                            "PollGranularity", PollGranularity::run,
                            "TenMillionWorks", TenMillionWorks::run));

    private LatencyMain() {}

    public static void main(String[] args) throws Exception {
        LatencyHarness harness = args.length == 0 ? null : HARNESSES.get(args[0]);
        if (harness == null) {
            System.err.println(
                    "harness=" + Arrays.toString(args) + " not in " + HARNESSES.keySet());
            System.exit(2);
            return;
        }
        harness.run(Arrays.asList(args).subList(1, args.length));
    }
}
