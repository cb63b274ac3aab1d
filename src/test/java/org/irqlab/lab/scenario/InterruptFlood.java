package org.irqlab.lab.scenario;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.deferral.Deferral;
import org.irqlab.kernel.deferral.Deferrals;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.support.Threads;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One device that posts descriptors and signals each by MSI-X, one CPU, and a bottom half that
 * serves the ring in the context under test. The calling thread is the device.
 */
final class InterruptFlood {
    private static final int RING = 1 << 16;
    private static final long LEAD_NS = 20_000_000;

    /** The contexts, by the names of the strategies. */
    enum Context {
        INLINE(new Deferral.Inline()),
        SOFTIRQ(new Deferral.Softirq(SoftirqVector.NET_RX)),
        TASKLET(new Deferral.InTasklet(false)),
        WORKQUEUE(new Deferral.Work(false, false)),
        THREADED(Deferral.Threaded.IRQ_THREAD);

        private final Deferral deferral;

        Context(Deferral deferral) {
            this.deferral = deferral;
        }
    }

    private final Context context;
    private final MachineSpec spec;
    private final long workNs;
    private final DescriptorRing ring;
    private final FireCounts fires = new FireCounts();
    private final AtomicLong handled = new AtomicLong();
    private final AtomicLong begun = new AtomicLong();
    private final AtomicLong work = new AtomicLong();
    private long full;
    private long latestNs;

    /**
     * @param workNs what a bottom half burns for each descriptor
     */
    InterruptFlood(Context context, MachineSpec spec, long workNs) {
        this.context = context;
        this.spec = spec;
        this.workNs = workNs;
        ring = new DescriptorRing(RING);
    }

    /** Fires {@code count} interrupts, one each {@code periodNs}, whatever becomes of them. */
    FloodResult openLoop(int count, long periodNs) {
        return run(msix -> {
            long dueNs = HostClock.nowNs() + LEAD_NS;
            for (int i = 0; i < count; i++) {
                long now = HostClock.nowNs();
                while (now < dueNs) {
                    now = HostClock.nowNs();
                }
                latestNs = Math.max(latestNs, now - dueNs);
                if (ring.post()) {
                    fires.count(msix.fire(0));
                } else {
                    full++;
                }
                dueNs += periodNs;
            }
        });
    }

    /** Fires {@code count} interrupts as fast as the ring takes them. */
    FloodResult asFastAsTheRingAllows(int count) {
        return run(msix -> {
            for (int i = 0; i < count; i++) {
                while (!ring.post()) {
                    Thread.yield();
                }
                fires.count(msix.fire(0));
            }
        });
    }

    private interface Device {
        void signal(MsixTable msix);
    }

    private FloodResult run(Device device) {
        var threads = Threads.now();
        long began;
        long tookNs;
        Machine machine = Board.x86(spec, IdleListener.NONE);
        IrqDescriptor line;
        try (machine) {
            var msix = Board.plugIn(machine, 1, 1).msix();
            line = machine.irqs().allocate(45, msix, 0, 0);
            new Deferrals(machine)
                    .request(line, "nic0-rx0", this::topHalf, this::serve, context.deferral, 0);
            msix.writeControl(MsixTable.CONTROL_ENABLE);
            machine.start();
            began = HostClock.nowNs();
            device.signal(msix);
            tookNs = HostClock.nowNs() - began;
            settle(machine);
        }
        return new FloodResult(
                context.name().toLowerCase(),
                fires,
                handled.get(),
                work.get(),
                ring.posted(),
                ring.served(),
                full,
                ring.wrong(),
                tookNs,
                latestNs,
                machine.cpu(0).hw().noise().stolenNs(),
                disagreements(machine, line),
                threads.since());
    }

    private boolean topHalf(KernelCpu cpu) {
        handled.setOpaque(handled.getPlain() + 1);
        return true;
    }

    private void serve(KernelCpu cpu) {
        begun.setOpaque(begun.getPlain() + 1);
        int served = ring.serve();
        cpu.burn(served * workNs);
        work.setOpaque(work.getPlain() + 1);
    }

    /**
     * Waits until nothing is on its way any more: latched, served, and the work as often as due.
     */
    private void settle(Machine machine) {
        long latched = fires.of(FireOutcome.LATCHED);
        Threads.await("top halves", () -> handled.getOpaque() == latched);
        Threads.await("descriptors", () -> ring.served() == ring.posted());
        Threads.await(
                "work",
                () -> {
                    long before = work.getOpaque();
                    pause();
                    long queued = accepted(machine);
                    return before == begun.getOpaque() && (queued < 0 || queued == before);
                });
    }

    private static void pause() {
        long until = HostClock.nowNs() + LEAD_NS;
        while (HostClock.nowNs() < until) {
            Thread.yield();
        }
    }

    /** Returns how many runs the kernel has promised, or −1 where it keeps no count. */
    private long accepted(Machine machine) {
        return switch (context) {
            case INLINE -> handled.getOpaque();
            case TASKLET -> machine.tasklets(0).scheduled();
            case WORKQUEUE -> machine.workqueues().counts().queued();
            case SOFTIRQ, THREADED -> -1;
        };
    }

    private List<String> disagreements(Machine machine, IrqDescriptor line) {
        var problems = new ArrayList<String>();
        expect(problems, "line.count", handled.get(), line.counts().byCpu(0));
        expect(problems, "line.handlerRuns", handled.get(), line.counts().handlerRuns());
        expect(problems, "latched", handled.get(), fires.of(FireOutcome.LATCHED));
        expect(problems, "leakedContexts", 0, machine.cpu(0).leakedContexts());
        expect(problems, "stray", 0, machine.irqs().stray(0));
        switch (context) {
            case INLINE -> expect(problems, "work", handled.get(), work.get());
            case SOFTIRQ ->
                    expect(
                            problems,
                            "softirqs raised",
                            handled.get(),
                            machine.softirqs(0).raised(SoftirqVector.NET_RX));
            case TASKLET -> {
                var tasklets = machine.tasklets(0);
                expect(problems, "tasklet runs", work.get(), tasklets.scheduled());
                long calls = tasklets.scheduled() + tasklets.coalesced();
                expect(problems, "tasklet schedules", handled.get(), calls);
            }
            case WORKQUEUE -> {
                var counts = machine.workqueues().counts();
                expect(problems, "work items run", work.get(), counts.ran());
                expect(problems, "work items queued", work.get(), counts.queued());
                long calls = counts.queued() + counts.coalesced();
                expect(problems, "work items asked for", handled.get(), calls);
            }
            case THREADED ->
                    expect(problems, "thread runs", work.get(), line.action().thread().runs());
        }
        return problems;
    }

    private static void expect(List<String> problems, String what, long expected, long actual) {
        if (expected != actual) {
            problems.add(what + "=" + actual + " != " + expected);
        }
    }
}
