package org.irqlab.lab.scenario;

import org.HdrHistogram.Histogram;
import org.irqlab.base.time.HostClock;
import org.irqlab.host.ThreadPinning;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.SchedulerSettings;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * From the device's store to the first instruction of the top half on a spinning CPU, open loop,
 * beside the bare limit of this host: one release store of a stamp, seen by a spinning thread.
 *
 * <p>The two alternate in bursts, so that they see the same placement of the host's cores; medians
 * of the bursts' ratios count. Latency is counted from the actual send. Arguments: bursts (20),
 * rate per second (100000), ms per burst (400).
 */
public final class InjectionLatency {
    private static final int PRODUCER_CORE = 0;
    private static final int CPU_CORE = 1;
    private static final long NS_PER_SECOND = 1_000_000_000L;

    private final long periodNs;
    private final int events;

    private InjectionLatency(long rate, long burstMs) {
        periodNs = NS_PER_SECOND / rate;
        events = (int) (rate * burstMs / 1_000);
    }

    /** Runs the harness. */
    public static void run(List<String> args) throws InterruptedException {
        int bursts = args.isEmpty() ? 20 : Integer.parseInt(args.get(0));
        long rate = args.size() < 2 ? 100_000 : Long.parseLong(args.get(1));
        long burstMs = args.size() < 3 ? 400 : Long.parseLong(args.get(2));
        var harness = new InjectionLatency(rate, burstMs);
        ThreadPinning.pin(PRODUCER_CORE);
        var p50 = new double[bursts];
        var p99 = new double[bursts];
        System.out.println(
                "burst  control p50/p99 ns  injection p50/p99 ns  coalesced  ratio p50/p99");
        for (int burst = -2; burst < bursts; burst++) {
            Histogram control = harness.control();
            long[] coalesced = new long[1];
            Histogram injection = harness.injection(coalesced);
            if (burst < 0) {
                continue; // warm-up
            }
            p50[burst] = ratio(injection, control, 50);
            p99[burst] = ratio(injection, control, 99);
            System.out.printf(
                    "%5d  %8d %8d  %8d %8d  %6d  %.2f %.2f%n",
                    burst,
                    control.getValueAtPercentile(50),
                    control.getValueAtPercentile(99),
                    injection.getValueAtPercentile(50),
                    injection.getValueAtPercentile(99),
                    coalesced[0],
                    p50[burst],
                    p99[burst]);
        }
        System.out.printf("median of ratios: p50 %.2f, p99 %.2f%n", median(p50), median(p99));
    }

    private static double ratio(Histogram a, Histogram b, double percentile) {
        return (double) a.getValueAtPercentile(percentile) / b.getValueAtPercentile(percentile);
    }

    private static double median(double[] values) {
        var sorted = values.clone();
        Arrays.sort(sorted);
        return sorted[sorted.length / 2];
    }

    /** One release store of a stamp, seen by a spinning thread. */
    private Histogram control() throws InterruptedException {
        var stamp = new PaddedStamp();
        var seen = new Histogram(NS_PER_SECOND, 3);
        var consumer =
                Thread.ofPlatform()
                        .start(() -> {
                            ThreadPinning.pin(CPU_CORE);
                            long last = 0;
                            while (last != -1) {
                                long now = stamp.value.getAcquire();
                                if (now != last) {
                                    if (now > 0) {
                                        seen.recordValue(Math.max(0, HostClock.nowNs() - now));
                                    }
                                    last = now;
                                }
                            }
                        });
        openLoop(() -> stamp.value.setRelease(HostClock.nowNs()));
        stamp.value.setRelease(-1);
        consumer.join();
        return seen;
    }

    private Histogram injection(long[] coalesced) {
        var seen = new Histogram(NS_PER_SECOND, 3);
        var stamp = new PaddedStamp();
        var spec =
                MachineSpec.pinned(CPU_CORE)
                        .withScheduling(SchedulerSettings.linux618().withIdle(IdlePolicy.POLL));
        try (Machine machine = Board.x86(spec, IdleListener.NONE)) {
            var msix = Board.plugIn(machine, 1, 1).msix();
            var line = machine.irqs().allocate(45, msix, 0, 0);
            machine.irqs()
                    .request(
                            line,
                            "dev0",
                            0,
                            cpu -> {
                                long now = HostClock.nowNs();
                                seen.recordValue(Math.max(0, now - stamp.value.getOpaque()));
                                return IrqReturn.HANDLED;
                            });
            msix.writeControl(MsixTable.CONTROL_ENABLE);
            machine.start();
            openLoop(() -> {
                // The stamp travels where the device's descriptor would; the fire orders it.
                stamp.value.setPlain(HostClock.nowNs());
                msix.fire(0);
            });
            coalesced[0] = events - line.count(0);
        }
        return seen;
    }

    private void openLoop(Runnable send) {
        long next = HostClock.nowNs() + 20_000_000;
        for (int i = 0; i < events; i++) {
            while (HostClock.nowNs() < next) {
                // Spin: the schedule is open loop.
            }
            send.run();
            next += periodNs;
        }
    }

    /** A stamp on a cache line of its own. */
    private static final class PaddedStamp {
        @SuppressWarnings("unused")
        private final long[] before = new long[16];

        private final AtomicLong value = new AtomicLong();

        @SuppressWarnings("unused")
        private final long[] after = new long[16];
    }
}
