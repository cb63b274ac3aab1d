package org.irqlab.lab.zoo.net;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.KernelLog;
import org.irqlab.kernel.diag.Report;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.napi.Napi;
import org.irqlab.kernel.napi.NapiCore;
import org.irqlab.kernel.napi.NapiSettings;
import org.irqlab.kernel.napi.QueueWatch;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.zoo.rig.BugCard;
import org.irqlab.lab.zoo.rig.BugEntry;
import org.irqlab.lab.zoo.rig.Domain;
import org.irqlab.lab.zoo.rig.Form;
import org.irqlab.lab.zoo.rig.Observation;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** B-31: a poll that lets the device interrupt before it gives its ownership up. */
final class UnmaskRace implements BugEntry {
    @Override
    public BugCard card() {
        return new BugCard(
                "B-31",
                "NAPI unmask race",
                Domain.SOFTIRQS,
                "frames served of 2",
                "receive-queue watch",
                "The poll unmasks the device and completes afterwards, a frame comes in between,"
                    + " and its interrupt, which finds the instance owned, does nothing. The device"
                    + " has masked itself and waits for a poll, the kernel waits for an interrupt,"
                    + " and the queue stands still for good. The fix completes first and unmasks"
                    + " then, and has the interrupt ask for a poll in any case, which is noted as"
                    + " missed where somebody owns the instance.");
    }

    private static final long TICK_NS = 4_000_000;
    private static final long LOOK_NS = 5_000_000;
    private static final int LOOKS = 20;
    private static final int FRAMES = 2;
    private static final long LONG_ENOUGH_MILLIS = 200;

    /** The driver, with a gap between its last two steps in which the second frame comes. */
    private static final class Driver {
        final PolledNic nic;
        final AtomicInteger served = new AtomicInteger();
        final AtomicInteger inGap = new AtomicInteger();
        final AtomicInteger goOn = new AtomicInteger();
        private final NapiCore core;
        private final Form form;

        Driver(ZooMachine m, NapiCore core, Form form) {
            this.core = core;
            this.form = form;
            nic = new PolledNic(m, core, "eth0", this::poll, this::topHalf);
        }

        private void topHalf(Napi napi, KernelCpu cpu) {
            if (!form.buggy() || !napi.owned()) {
                core.schedule(napi, cpu);
            }
        }

        private int poll(Napi napi, int budget, KernelCpu cpu) {
            int done = 0;
            while (done < budget && !nic.empty()) {
                nic.take();
                served.incrementAndGet();
                done++;
            }
            if (done == budget) {
                return done;
            }
            if (form.buggy()) {
                nic.queue.unmask();
                gap(cpu);
                core.completeDone(napi, done, cpu);
            } else if (core.completeDone(napi, done, cpu)) {
                gap(cpu);
                nic.queue.unmask();
            }
            return done;
        }

        private void gap(KernelCpu cpu) {
            inGap.set(1);
            while (goOn.get() == 0 && !cpu.smp().stopping()) {
                cpu.hw().poll();
            }
            cpu.hw().poll();
        }
    }

    @Override
    public Observation run(Form form, ZooRig rig) {
        ZooMachine m = rig.x86(1);
        var core = new NapiCore(m.machine(), NapiSettings.linux618(), TICK_NS);
        var driver = new Driver(m, core, form);
        var nic = driver.nic;
        var watch = new QueueWatch(nic.napi, nic.queue, m.cpu(0), LOOK_NS, LOOKS);
        m.cpu(0).hw().addDevice(watch);
        m.start();
        m.interrupt(0, nic::open);
        receive(nic);
        rig.await("the gap", () -> driver.inGap.get() == 1);
        receive(nic);
        driver.goOn.set(1);
        KernelLog log = m.machine().smp().log();
        if (form.buggy()) {
            rig.await("the report", () -> !log.reports(ReportKind.NAPI_STALLED).isEmpty());
        } else {
            rig.await("both frames", () -> driver.served.get() == FRAMES);
            rig.pause(LONG_ENOUGH_MILLIS);
        }
        List<Report> reports = log.reports(ReportKind.NAPI_STALLED);
        return new Observation(
                driver.served.get(),
                reports.size(),
                reports.isEmpty() ? "all served" : reports.getFirst().details().toString());
    }

    private static void receive(PolledNic nic) {
        long now = HostClock.nowNs();
        nic.queue.receive(now, 0, now);
    }
}
