package org.irqlab.lab.scenario;

import org.HdrHistogram.Histogram;
import org.irqlab.base.time.HostClock;
import org.irqlab.host.ThreadPinning;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.SchedulerSettings;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * From the device's store to the first instruction of the top half on a spinning CPU, open loop,
 * beside the bare limit of this host: one release store of a stamp, seen by a spinning thread.
 *
 * <p>The two alternate in bursts, so that they see the same placement of the host's cores; medians
 * of the bursts' ratios count. Latency is counted from the actual send: producer and CPU each note
 * their own stamps, and the n-th run of the handler answers the n-th fire that was latched. A burst
 * from which the host took much of the CPU says nothing about p99; the medians are given of all
 * bursts and of that half from which it took least. Arguments: bursts (20), rate per second
 * (100000), ms per burst (400).
 */
public final class InjectionLatency {
    private static final int PRODUCER_CORE = 0;
    private static final int CPU_CORE = 1;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long START_NS = 20_000_000;
    private static final int WARM_UP = 2;

    private record Burst(Histogram control, Histogram injection, double stolenPercent) {
        double ratio(double percentile) {
            return (double) injection.getValueAtPercentile(percentile)
                    / control.getValueAtPercentile(percentile);
        }
    }

    private final long periodNs;
    private final int events;
    private final long[] sentNs;
    private final long[] enteredNs;

    private InjectionLatency(long rate, long burstMs) {
        periodNs = NS_PER_SECOND / rate;
        events = (int) (rate * burstMs / 1_000);
        sentNs = new long[events];
        enteredNs = new long[events];
    }

    /** Runs the harness. */
    public static void run(List<String> args) throws InterruptedException {
        int bursts = args.isEmpty() ? 20 : Integer.parseInt(args.get(0));
        long rate = args.size() < 2 ? 100_000 : Long.parseLong(args.get(1));
        long burstMs = args.size() < 3 ? 400 : Long.parseLong(args.get(2));
        var harness = new InjectionLatency(rate, burstMs);
        ThreadPinning.pin(PRODUCER_CORE);
        var all = new ArrayList<Burst>();
        System.out.println(
                "burst  control p50/p99 ns  injection p50/p99 ns  coalesced  stolen %"
                        + "  ratio p50/p99");
        for (int i = -WARM_UP; i < bursts; i++) {
            Burst burst = harness.burst();
            if (i >= 0) {
                all.add(burst);
                harness.print(i, burst);
            }
        }
        printMedians("all", all);
        all.sort(Comparator.comparingDouble(Burst::stolenPercent));
        printMedians("the quieter half", all.subList(0, (all.size() + 1) / 2));
    }

    private void print(int number, Burst burst) {
        System.out.printf(
                "%5d  %8d %8d  %10d %9d  %9d  %8.1f  %.2f %.2f%n",
                number,
                burst.control.getValueAtPercentile(50),
                burst.control.getValueAtPercentile(99),
                burst.injection.getValueAtPercentile(50),
                burst.injection.getValueAtPercentile(99),
                events - burst.injection.getTotalCount(),
                burst.stolenPercent,
                burst.ratio(50),
                burst.ratio(99));
    }

    private static void printMedians(String which, List<Burst> bursts) {
        System.out.printf(
                "median of the ratios of %d bursts (%s): p50 %.2f, p99 %.2f%n",
                bursts.size(), which, medianRatio(bursts, 50), medianRatio(bursts, 99));
    }

    private static double medianRatio(List<Burst> bursts, double percentile) {
        var sorted = bursts.stream().mapToDouble(b -> b.ratio(percentile)).sorted().toArray();
        return sorted.length == 0 ? Double.NaN : sorted[sorted.length / 2];
    }

    /** One release store of a stamp, seen by a spinning thread. */
    private Histogram control() throws InterruptedException {
        var stamp = new PaddedLong();
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
        long next = HostClock.nowNs() + START_NS;
        for (int i = 0; i < events; i++) {
            awaitTime(next);
            stamp.value.setRelease(HostClock.nowNs());
            next += periodNs;
        }
        stamp.value.setRelease(-1);
        consumer.join();
        return seen;
    }

    private Burst burst() throws InterruptedException {
        Histogram control = control();
        var spec =
                MachineSpec.pinned(CPU_CORE)
                        .withScheduling(SchedulerSettings.linux618().withIdle(IdlePolicy.POLL));
        int latched;
        NoiseMeter noise;
        try (Machine machine = Board.x86(spec, IdleListener.NONE)) {
            var msix = Board.plugIn(machine, 1, 1).msix();
            var line = machine.irqs().allocate(45, msix, 0, 0);
            var topHalf = new StampingTopHalf(enteredNs);
            machine.irqs().request(line, "dev0", 0, topHalf);
            msix.writeControl(MsixTable.CONTROL_ENABLE);
            noise = machine.cpu(0).hw().noise();
            machine.start();
            latched = fireAll(msix);
            while (topHalf.runs.value.getAcquire() < latched) {
                Thread.onSpinWait();
            }
        }
        var seen = new Histogram(NS_PER_SECOND, 3);
        for (int i = 0; i < latched; i++) {
            seen.recordValue(Math.max(0, enteredNs[i] - sentNs[i]));
        }
        return new Burst(control, seen, 100.0 * noise.stolenNs() / (events * periodNs));
    }

    private int fireAll(MsixTable msix) {
        int latched = 0;
        long next = HostClock.nowNs() + START_NS;
        for (int i = 0; i < events; i++) {
            awaitTime(next);
            sentNs[latched] = HostClock.nowNs();
            if (msix.fire(0) == FireOutcome.LATCHED) {
                latched++;
            }
            next += periodNs;
        }
        return latched;
    }

    /** Spins: the schedule is open loop. */
    private static void awaitTime(long ns) {
        while (HostClock.nowNs() < ns) {
            Thread.onSpinWait();
        }
    }

    /** Notes when it is entered. */
    private static final class StampingTopHalf implements IrqHandler {
        private final long[] enteredNs;
        private final PaddedLong runs = new PaddedLong();
        private int run;

        StampingTopHalf(long[] enteredNs) {
            this.enteredNs = enteredNs;
        }

        @Override
        public IrqReturn handle(KernelCpu cpu) {
            enteredNs[run++] = HostClock.nowNs();
            runs.value.setRelease(run);
            return IrqReturn.HANDLED;
        }
    }

    /** A word on cache lines of its own. */
    private static final class PaddedLong {
        @SuppressWarnings("unused")
        private final long[] before = new long[16];

        private final AtomicLong value = new AtomicLong();

        @SuppressWarnings("unused")
        private final long[] after = new long[16];
    }
}
