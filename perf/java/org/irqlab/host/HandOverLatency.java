package org.irqlab.host;

import org.HdrHistogram.Histogram;
import org.irqlab.base.time.HostClock;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * What one hand-over of a baton between two threads costs, one way: on one host core, where it
 * bounds a context switch of a virtual CPU, and between two cores, where it bounds a kick.
 *
 * <p>The ways are interleaved in short blocks, so that whatever the host does meanwhile hits all of
 * them; compare within one run only, by the median over the rounds of p50 / p50 of the bare park.
 * One hand-over is from the giver's clock reading before {@code give} to the taker's after {@code
 * take}. Arguments: seconds (10), hand-overs per block (20000).
 */
public final class HandOverLatency {
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final int DIGITS = 3;

    private record Way(
            String name, Cores cores, boolean batch, Supplier<Baton> baton, Tally tally) {
        boolean rival() {
            return cores == Cores.ONE_SHARED;
        }
    }

    private enum Cores {
        ONE("one"),
        /** One, which a busy thread wants too: what a JIT or GC thread does to a virtual CPU. */
        ONE_SHARED("shared"),
        TWO("two");

        final String label;

        Cores(String label) {
            this.label = label;
        }
    }

    private static final class Tally {
        final Histogram oneWayNs = new Histogram(DIGITS);
        final List<Double> ratios = new ArrayList<>();
        long blockP50Ns;
        long involuntary;

        double medianRatio() {
            return ratios.stream().sorted().skip(ratios.size() / 2).findFirst().orElse(Double.NaN);
        }
    }

    private HandOverLatency() {}

    /** Runs the harness. */
    public static void run(List<String> args) throws Exception {
        long seconds = args.isEmpty() ? 10 : Long.parseLong(args.get(0));
        int handOvers = args.size() < 2 ? 20_000 : Integer.parseInt(args.get(1));
        int[] cpus = ThreadPinning.allowedAtStart().stream().toArray();
        List<Way> ways = ways(cpus.length > 1);
        for (Way way : ways) {
            block(way, handOvers, cpus, new Tally()); // for the JIT
        }
        long endNs = HostClock.nowNs() + seconds * NS_PER_SECOND;
        int rounds = 0;
        while (HostClock.nowNs() - endNs < 0) {
            for (Way way : ways) {
                block(way, handOvers, cpus, way.tally());
            }
            for (Way way : ways) {
                way.tally()
                        .ratios
                        .add((double) way.tally().blockP50Ns / park(ways, way).tally().blockP50Ns);
            }
            rounds++;
        }
        print(ways, rounds, handOvers);
    }

    /** Returns what {@code way} is compared with. */
    private static Way park(List<Way> ways, Way way) {
        return ways.stream().filter(w -> w.cores() == way.cores()).findFirst().orElseThrow();
    }

    private static List<Way> ways(boolean twoCores) {
        var ways = new ArrayList<Way>();
        for (Cores cores : List.of(Cores.ONE, Cores.ONE_SHARED)) {
            ways.add(way("park/unpark, bare", cores, false, Baton.Park::new));
            ways.add(way("park gate", cores, false, HandOverLatency::parkGates));
            ways.add(way("futex gate", cores, false, HandOverLatency::futexGates));
            ways.add(way("park/unpark, bare, batch", cores, true, Baton.Park::new));
            ways.add(way("futex gate, batch", cores, true, HandOverLatency::futexGates));
            ways.add(
                    way(
                            "1 yield, then futex gate",
                            cores,
                            false,
                            () -> new Baton.YieldThenGate(1)));
            ways.add(way("Thread.yield", cores, false, Baton.Yield::new));
        }
        if (twoCores) {
            ways.add(way("park/unpark, bare", Cores.TWO, false, Baton.Park::new));
            ways.add(way("futex gate", Cores.TWO, false, HandOverLatency::futexGates));
            ways.add(way("spin", Cores.TWO, false, Baton.Spin::new));
        }
        return ways;
    }

    private static Way way(String name, Cores cores, boolean batch, Supplier<Baton> baton) {
        return new Way(name, cores, batch, baton, new Tally());
    }

    private static Baton parkGates() {
        return new Baton.Gated(new ParkGate(), new ParkGate());
    }

    private static Baton futexGates() {
        return new Baton.Gated(new FutexGate(), new FutexGate());
    }

    private static void block(Way way, int perBlock, int[] cpus, Tally tally) throws Exception {
        // Where each hand-over may cost the rival's whole slice, ms.
        int handOvers = way.rival() ? Math.max(1, perBlock / 200) : perBlock;
        Baton baton = way.baton().get();
        long[] sentNs = new long[1];
        var ready = new CountDownLatch(2);
        Histogram[] found = {new Histogram(DIGITS), new Histogram(DIGITS)};
        var threads = new Thread[2];
        for (int i = 0; i < threads.length; i++) {
            int me = i;
            threads[i] =
                    Thread.ofPlatform()
                            .name("baton/" + me)
                            .unstarted(() -> {
                                ThreadPinning.pin(cpus[way.cores() == Cores.TWO ? me : 0]);
                                ThreadPinning.setBatch(way.batch());
                                ready.countDown();
                                play(baton, me, handOvers, sentNs, found[me], ready);
                                synchronized (tally) {
                                    tally.involuntary += involuntarySwitches();
                                }
                            });
            baton.join(me, threads[i]);
        }
        var over = new AtomicBoolean(!way.rival());
        var rival = Thread.ofPlatform().start(() -> burn(cpus[0], over));
        for (Thread thread : threads) {
            thread.start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        over.set(true);
        rival.join();
        found[0].add(found[1]);
        tally.blockP50Ns = found[0].getValueAtPercentile(50);
        tally.oneWayNs.add(found[0]);
    }

    private static void play(
            Baton baton,
            int me,
            int handOvers,
            long[] sentNs,
            Histogram foundNs,
            CountDownLatch ready) {
        try {
            ready.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
        if (me == 0) {
            sentNs[0] = HostClock.nowNs();
            baton.give(1);
        }
        for (int i = 0; i < handOvers; i++) {
            baton.take(me);
            long nowNs = HostClock.nowNs();
            foundNs.recordValue(nowNs - sentNs[0]);
            if (me == 0 || i < handOvers - 1 + me) {
                sentNs[0] = HostClock.nowNs();
                baton.give(1 - me);
            }
        }
    }

    private static void burn(int cpu, AtomicBoolean over) {
        ThreadPinning.pin(cpu);
        while (!over.get()) {
            Thread.onSpinWait();
        }
    }

    private static long involuntarySwitches() {
        try {
            Path status = Path.of("/proc/self/task/" + ThreadPinning.threadId() + "/status");
            for (String line : Files.readAllLines(status)) {
                if (line.startsWith("nonvoluntary_ctxt_switches:")) {
                    return Long.parseLong(line.substring(line.indexOf(':') + 1).strip());
                }
            }
        } catch (IOException e) {
            return 0;
        }
        return 0;
    }

    private static void print(List<Way> ways, int rounds, int handOvers) {
        System.out.printf("%d blocks of %d hand-overs each way and direction%n", rounds, handOvers);
        System.out.printf(
                "%-6s %-28s %8s %8s %8s %8s %10s %7s %12s%n",
                "cores", "way", "p50 ns", "p90", "p99", "p99.9", "max", "/park", "invol./1000");
        for (Way way : ways) {
            Histogram h = way.tally().oneWayNs;
            System.out.printf(
                    "%-6s %-28s %8d %8d %8d %8d %10d %7.2f %12.2f%n",
                    way.cores().label,
                    way.name(),
                    h.getValueAtPercentile(50),
                    h.getValueAtPercentile(90),
                    h.getValueAtPercentile(99),
                    h.getValueAtPercentile(99.9),
                    h.getMaxValue(),
                    way.tally().medianRatio(),
                    1000.0 * way.tally().involuntary / h.getTotalCount());
        }
    }
}
