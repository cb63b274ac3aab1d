package org.irqlab.lab.zoo.net;

import org.irqlab.base.NearestRank;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.device.Moderation;
import org.irqlab.hw.device.ModerationBalance;
import org.irqlab.kernel.napi.Napi;
import org.irqlab.kernel.napi.NapiCore;
import org.irqlab.kernel.napi.NapiSettings;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** B-41: a delay of interrupts that does not suit the load. */
final class CoalescingMismatch implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-41",
                "Interrupt coalescing mismatch",
                Domain.SOFTIRQS,
                "median from frame to service, us",
                "moderation balance",
                "The card holds its interrupt back for 2 ms so that it stands for many frames, and"
                    + " the peer sends its next request when it has the answer to the last one. No"
                    + " setting is wrong by itself: the delay saves interrupts of a stream, as the"
                    + " sweep shows, and here it is waited out each time for a single frame. The"
                    + " fix interrupts at once.");
    }

    private static final long TICK_NS = 4_000_000;
    private static final List<Integer> SWEEP_US = List.of(0, 50, 500, 2_000);
    private static final int REQUESTS = 100;
    private static final int STREAM = 400;
    private static final long SPACING_NS = 10_000;
    private static final double NS_PER_US = 1e3;

    /** A card with one setting, and the load on it; the caller's thread is the device. */
    private static final class Bench {
        final PolledNic nic;
        final AtomicInteger served = new AtomicInteger();
        private final ZooRig rig;
        private final long[] waitsNs = new long[REQUESTS + STREAM];
        private int sent;

        Bench(ZooMachine m, NapiCore core, int usecs, ZooRig rig) {
            this.rig = rig;
            nic = new PolledNic(m, core, "eth-" + usecs, this::poll);
            nic.queue.setModeration(new Moderation(usecs, 0));
        }

        private int poll(Napi self, int budget, KernelCpu cpu) {
            int done = 0;
            while (done < budget && !nic.empty()) {
                long waited = HostClock.nowNs() - nic.queue.ring().stampNs();
                waitsNs[(int) nic.take()] = waited;
                served.incrementAndGet();
                done++;
            }
            if (done < budget) {
                nic.complete(done, cpu);
            }
            return done;
        }

        private void send() {
            long now = HostClock.nowNs();
            nic.queue.receive(now, sent++, now);
        }

        private boolean allServed() {
            nic.queue.advance(HostClock.nowNs());
            return served.get() == sent;
        }

        void requests() {
            for (int n = 0; n < REQUESTS; n++) {
                send();
                rig.await("an answer", this::allServed);
            }
        }

        void stream() {
            long nextNs = HostClock.nowNs();
            for (int n = 0; n < STREAM; nextNs += SPACING_NS) {
                while (HostClock.nowNs() < nextNs) {
                    nic.queue.advance(HostClock.nowNs());
                }
                send();
                n++;
            }
            rig.await("the stream", this::allServed);
        }

        double medianUs() {
            long[] sorted = Arrays.copyOf(waitsNs, REQUESTS);
            Arrays.sort(sorted);
            return sorted[(int) NearestRank.of(0.5, REQUESTS) - 1] / NS_PER_US;
        }
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var core = new NapiCore(m.machine(), NapiSettings.linux618(), TICK_NS);
        var benches = SWEEP_US.stream().map(usecs -> new Bench(m, core, usecs, rig)).toList();
        m.start();
        Bench judged = form.buggy() ? benches.getLast() : benches.getFirst();
        ModerationBalance balance = null;
        var sweep = new ArrayList<String>();
        for (Bench bench : benches) {
            m.interrupt(0, bench.nic::open);
            bench.requests();
            var requests = ModerationBalance.of(bench.nic.queue);
            bench.stream();
            var stream = ModerationBalance.of(bench.nic.queue).since(requests);
            sweep.add(
                    "%d us: %.0f us, %.2f"
                            .formatted(
                                    bench.nic.queue.moderation().usecs(),
                                    bench.medianUs(),
                                    stream.interruptsPerFrame()));
            if (bench == judged) {
                balance = requests;
            }
        }
        return new Observation(
                judged.medianUs(),
                balance.mismatched() ? 1 : 0,
                "%d of %d interrupts waited for one frame; delay: median, interrupts per frame of a"
                                .formatted(balance.alone(), balance.raised())
                        + " stream: "
                        + String.join("; ", sweep));
    }
}
