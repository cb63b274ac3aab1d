package org.irqlab.lab.zoo.net;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.napi.Napi;
import org.irqlab.kernel.napi.NapiCore;
import org.irqlab.kernel.napi.NapiSettings;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.watch.SoftirqWatch;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** B-07: frames that come back as fast as they are forwarded. */
final class ForwardingLoop implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-07",
                "Softirq livelock",
                Domain.SOFTIRQS,
                "squeezed runs of NET_RX",
                "softirq watch",
                "A bridge forwards each frame to a cable that leads back to the port from which it"
                    + " came, and the rings are never empty. NET_RX raises itself again in every"
                    + " run, the limits hand it to ksoftirqd over and over, and the tasks of that"
                    + " CPU share what is left. The fix counts the hops of a frame and drops it in"
                    + " the end, as a time to live does.");
    }

    private static final long TICK_NS = 4_000_000;
    private static final long FRAME_NS = 1_000;
    private static final long LOOK_NS = 10_000_000;
    private static final int LOOKS = 100;
    private static final int RUNS = 50;
    private static final int FRAMES = 8;
    private static final int HOPS = 2;

    // So many that one poll of each is more than a run may do.
    private static final int PORTS = 6;

    /** One port of the bridge; everything happens on CPU 0. */
    private static final class Port {
        final PolledNic nic;
        private final AtomicInteger dropped;
        private final boolean countsHops;

        Port(ZooMachine m, NapiCore core, int number, AtomicInteger dropped, boolean countsHops) {
            this.dropped = dropped;
            this.countsHops = countsHops;
            nic = new PolledNic(m, core, "eth" + number, this::poll);
        }

        void open(KernelCpu cpu) {
            nic.open(cpu);
            for (int n = 0; n < FRAMES; n++) {
                send(0);
            }
        }

        void send(long hops) {
            long now = HostClock.nowNs();
            nic.queue.receive(now, hops, now);
        }

        private int poll(Napi self, int budget, KernelCpu cpu) {
            int done = 0;
            while (done < budget && !nic.empty()) {
                long hops = nic.take() + 1;
                cpu.burn(FRAME_NS);
                if (countsHops && hops == HOPS || cpu.smp().stopping()) {
                    dropped.incrementAndGet();
                } else {
                    send(hops);
                }
                done++;
            }
            if (done < budget) {
                nic.complete(done, cpu);
            }
            return done;
        }
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var core = new NapiCore(m.machine(), NapiSettings.linux618(), TICK_NS);
        var dropped = new AtomicInteger();
        var ports = new ArrayList<Port>();
        for (int number = 0; number < PORTS; number++) {
            ports.add(new Port(m, core, number, dropped, !form.buggy()));
        }
        var softirqs = m.machine().softirqs(0);
        m.cpu(0).hw().addDevice(new SoftirqWatch(m.cpu(0), softirqs, LOOK_NS, LOOKS, RUNS));
        m.machine().timer(0).armPeriodic(HostClock.nowNs() + TICK_NS, TICK_NS);
        m.start();
        m.interrupt(0, cpu -> ports.forEach(port -> port.open(cpu)));
        KernelLog log = m.machine().smp().log();
        if (form.buggy()) {
            rig.await("the report", () -> !log.reports(ReportKind.SOFTIRQ_LIVELOCK).isEmpty());
        } else {
            rig.await("all frames", () -> dropped.get() == PORTS * FRAMES);
            m.settle();
        }
        List<Report> reports = log.reports(ReportKind.SOFTIRQ_LIVELOCK);
        return new Observation(
                core.netRx(0).timeSqueeze(),
                reports.size(),
                reports.isEmpty() ? "ran dry" : reports.getFirst().details().toString());
    }
}
