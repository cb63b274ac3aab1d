package org.irqlab.kernel.boot;

import org.irqlab.base.trace.TraceRing;
import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.cpu.LocalTimer;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.kernel.irq.ipi.CrossCalls;
import org.irqlab.kernel.locking.BottomHalfLock;
import org.irqlab.kernel.locking.Locking;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqActions;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Softirqs;
import org.irqlab.kernel.softirq.Tasklets;
import org.irqlab.kernel.time.ClockEvents;
import org.irqlab.kernel.time.CpuTimers;
import org.irqlab.kernel.trap.NmiDispatch;

import java.util.concurrent.Phaser;

/**
 * What one CPU of a machine consists of, wired.
 *
 * <p><b>Threads.</b> Made by the machine's maker; the parts say who may use them.
 */
final class CpuParts {
    final KernelCpu cpu;
    final Softirqs softirqs;
    final Tasklets tasklets;
    final Tasklets highTasklets;
    final ClockEvents timer;
    final CpuTimers timers;
    final NmiDispatch nmis;
    final IdleLoop idleLoop;
    final Task idleTask;

    /**
     * Makes a CPU that is off.
     *
     * @param halt the one that the controller pulls
     */
    CpuParts(MachineSpec spec, int id, HaltLine halt, Shared shared) {
        var port = shared.smp().controller().port(id);
        var hw =
                new VirtualCpu(
                        id, spec.hostCores()[id], port, halt, new NoiseMeter(spec.stealNs()));
        var ring = spec.traceCapacity() == 0 ? null : new TraceRing(spec.traceCapacity());
        cpu = new KernelCpu(hw, shared.smp(), spec.scheduling(), spec.paths().apply(id), ring);
        MachineTasks tasks = shared.tasks();
        Locking locking = shared.locking();
        softirqs =
                new Softirqs(
                        cpu,
                        shared.actions(),
                        spec.softirqs().policy(),
                        locking.realTime() ? new BottomHalfLock(locking.inheritance()) : null,
                        spec.scheduling().tickNs(),
                        tasks.newPid());
        tasks.add(softirqs.ksoftirqd());
        idleLoop =
                new IdleLoop(
                        cpu,
                        tasks::all,
                        shared.stopped(),
                        shared.listener(),
                        softirqs::tickStops,
                        spec.scheduling().idle());
        idleTask =
                cpu.scheduler()
                        .newTask(
                                new Task.TaskSpec("cpu/" + id, 0, TaskPolicy.NORMAL, true),
                                idleLoop::run);
        cpu.scheduler().setIdle(idleTask);
        tasklets = new Tasklets(cpu, softirqs, SoftirqVector.TASKLET);
        highTasklets = new Tasklets(cpu, softirqs, SoftirqVector.HI);
        timer = new ClockEvents(port.timer());
        hw.addDevice(new LocalTimer(hw));
        timers = new CpuTimers(cpu, (work, here) -> shared.calls().queueOn(id, work, here));
        port.connectNmi(hw.nmi());
        hw.signals().connect(new SecondaryStart(cpu, timer));
        nmis = new NmiDispatch(cpu);
    }

    /** What the CPUs of one machine share. */
    record Shared(
            Smp smp,
            SoftirqActions actions,
            CrossCalls calls,
            Locking locking,
            MachineTasks tasks,
            Phaser stopped,
            IdleListener listener) {}
}
