package org.irqlab.kernel.watch;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.time.CpuTimers;
import org.irqlab.kernel.time.KernelTimer;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The watchdogs of a machine, which share a sample: soft lockup, hard lockup, interrupt storm; and
 * the one for hung tasks.
 *
 * <p><b>Threads.</b> Made before the CPUs run, closed by one thread; {@link #nmi} the CPU's holder.
 */
public final class MachineWatch {
    private final List<SoftLockupWatch> soft = new ArrayList<>();
    private final HardLockupWatch hard;
    private final Host host;
    private final Task hungTaskWatch;

    /** What the watchdogs need of the machine that they watch. */
    public interface Host {
        /** Makes the most urgent task of {@code cpu}. */
        Task newWatchdog(KernelCpu cpu, Consumer<Task> body);

        Task newHungTaskWatch(Consumer<Task> body);

        CpuTimers timers(int cpu);

        List<Task> tasks();

        /** Names the softirqs that are pending on {@code cpu}. */
        String softirqsPending(KernelCpu cpu);

        /** Makes what tells a storm on {@code cpu} from other load. */
        StormHint newStormHint(KernelCpu cpu);
    }

    public MachineWatch(Smp smp, WatchdogTimes times, Host host) {
        this.host = host;
        var storms = new ArrayList<StormHint>();
        var dump = new CpuDump(host::softirqsPending, cpu -> storms.get(cpu.id()).lines());
        for (int id = 0; id < smp.count(); id++) {
            KernelCpu cpu = smp.cpu(id);
            storms.add(host.newStormHint(cpu));
            soft.add(
                    new SoftLockupWatch(
                            cpu,
                            host.timers(id),
                            times,
                            dump,
                            body -> host.newWatchdog(cpu, body)));
            soft.getLast().onSample(storms.getLast()::look);
        }
        hard = new HardLockupWatch(smp, soft, times, dump);
        var hung = new HungTaskWatch(host::tasks, host::timers, times.hungTaskNs());
        hungTaskWatch = host.newHungTaskWatch(hung::run);
    }

    /** Begins to watch. Before the machine starts. */
    public void begin() {
        soft.forEach(SoftLockupWatch::begin);
        var wake = new KernelTimer(here -> here.scheduler().wake(hungTaskWatch));
        host.timers(0).arm(wake, HostClock.nowNs());
        hard.begin();
    }

    /** An NMI came; returns that the watchdogs' counter may be its cause. */
    public boolean nmi(KernelCpu cpu) {
        hard.nmi(cpu);
        return true;
    }

    /** Ends the host thread of the watchdogs. */
    public void close() {
        hard.close();
    }
}
