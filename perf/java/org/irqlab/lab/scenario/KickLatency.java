package org.irqlab.lab.scenario;

import org.HdrHistogram.Histogram;
import org.irqlab.base.time.HostClock;
import org.irqlab.host.ThreadPinning;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqReturn;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * From a device's fire to the top half of a CPU that had halted, beside the bare limit: unpark of a
 * parked thread on the same host core. The two alternate in bursts.
 *
 * <p>Arguments: bursts (12), kicks per burst (2000).
 */
public final class KickLatency {
    private static final int PRODUCER_CORE = 0;
    private static final int CPU_CORE = 1;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final long PAUSE_NS = 150_000;

    private KickLatency() {}

    /** Runs the harness. */
    public static void run(List<String> args) throws InterruptedException {
        int bursts = args.isEmpty() ? 12 : Integer.parseInt(args.get(0));
        int kicks = args.size() < 2 ? 2_000 : Integer.parseInt(args.get(1));
        ThreadPinning.pin(PRODUCER_CORE);
        var ratios = new double[bursts];
        for (int burst = -1; burst < bursts; burst++) {
            Histogram control = unpark(kicks);
            Histogram kick = kick(kicks);
            if (burst >= 0) {
                ratios[burst] =
                        (double) kick.getValueAtPercentile(50) / control.getValueAtPercentile(50);
                System.out.printf(
                        "%3d  unpark p50 %6d p99 %6d  kick p50 %6d p99 %6d  ratio %.2f%n",
                        burst,
                        control.getValueAtPercentile(50),
                        control.getValueAtPercentile(99),
                        kick.getValueAtPercentile(50),
                        kick.getValueAtPercentile(99),
                        ratios[burst]);
            }
        }
        Arrays.sort(ratios);
        System.out.printf("median of p50 ratios: %.2f%n", ratios[bursts / 2]);
    }

    private static Histogram unpark(int kicks) throws InterruptedException {
        var sent = new AtomicLong();
        var taken = new AtomicInteger();
        var seen = new Histogram(NS_PER_SECOND, 3);
        var sleeper =
                Thread.ofPlatform()
                        .start(() -> {
                            ThreadPinning.pin(CPU_CORE);
                            ThreadPinning.setTimerSlack(1);
                            for (int i = 0; i < kicks; i++) {
                                while (sent.get() == 0) {
                                    LockSupport.park();
                                }
                                seen.recordValue(HostClock.nowNs() - sent.getAndSet(0));
                                taken.incrementAndGet();
                            }
                        });
        for (int i = 0; i < kicks; i++) {
            pause();
            sent.set(HostClock.nowNs());
            LockSupport.unpark(sleeper);
            while (taken.get() <= i) {
                Thread.onSpinWait();
            }
        }
        sleeper.join();
        return seen;
    }

    private static Histogram kick(int kicks) {
        var seen = new Histogram(NS_PER_SECOND, 3);
        var sent = new AtomicLong();
        var taken = new AtomicInteger();
        try (Machine machine = Board.x86(MachineSpec.pinned(CPU_CORE), IdleListener.NONE)) {
            var msix = Board.plugIn(machine, 1, 1).msix();
            var line = machine.irqs().allocate(45, msix, 0, 0);
            machine.irqs()
                    .request(
                            line,
                            "dev0",
                            0,
                            cpu -> {
                                seen.recordValue(HostClock.nowNs() - sent.get());
                                taken.incrementAndGet();
                                return IrqReturn.HANDLED;
                            });
            msix.writeControl(MsixTable.CONTROL_ENABLE);
            machine.start();
            for (int i = 0; i < kicks; i++) {
                pause();
                sent.set(HostClock.nowNs());
                msix.fire(0);
                while (taken.get() <= i) {
                    Thread.onSpinWait();
                }
            }
        }
        return seen;
    }

    /** Long enough for the other side to be asleep. */
    private static void pause() {
        long until = HostClock.nowNs() + PAUSE_NS;
        while (HostClock.nowNs() < until) {
            Thread.onSpinWait();
        }
    }
}
