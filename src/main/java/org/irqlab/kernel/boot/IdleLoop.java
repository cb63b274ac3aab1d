package org.irqlab.kernel.boot;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskExit;

import java.util.concurrent.Phaser;
import java.util.function.Supplier;

/**
 * What a CPU does when nobody wants it: waits for an interrupt in the way its policy says, and at
 * the end of the machine's life ends the tasks that slept here.
 *
 * <p><b>Threads.</b> The CPU's own thread, {@code cpu/N}.
 *
 * @see "Linux kernel/sched/idle.c"
 */
final class IdleLoop {
    /** How long HALT_POLL spins before it halts; about what a halt and a kick cost. */
    private static final long HALT_POLL_NS = 50_000;

    private final KernelCpu cpu;
    private final VirtualCpu hw;
    private final Supplier<Iterable<Task>> tasks;
    private final Phaser stopped;
    private final IdleListener listener;
    private final Runnable tickStops;
    private final IdlePolicy policy;

    // The CPU's thread; read after the run.
    private long idleNs;

    /**
     * @param tickStops done whenever the CPU is about to wait
     */
    IdleLoop(
            KernelCpu cpu,
            Supplier<Iterable<Task>> tasks,
            Phaser stopped,
            IdleListener listener,
            Runnable tickStops,
            IdlePolicy policy) {
        this.cpu = cpu;
        hw = cpu.hw();
        this.tasks = tasks;
        this.stopped = stopped;
        this.listener = listener;
        this.tickStops = tickStops;
        this.policy = policy;
    }

    void run(Task self) {
        try {
            hw.irqEnable();
            while (!cpu.smp().stopping()) {
                idlePeriod();
                cpu.scheduler().reschedulePoint();
            }
        } catch (TaskExit e) {
            // An interrupt on top of this loop waited for what can no longer come.
            cpu.restorePreemptCount(0);
        } catch (Throwable e) {
            cpu.smp().fail(e);
            cpu.restorePreemptCount(0);
        }
        // Nobody runs guest code once all CPUs are here; only then may tasks be taken apart.
        stopped.arriveAndAwaitAdvance();
        hw.irqDisable();
        for (Task task : tasks.get()) {
            if (task != self && task.cpu() == cpu) {
                cpu.scheduler().life().kill(task);
            }
        }
    }

    /** Idles until a task wants the CPU. */
    @HotPath
    private void idlePeriod() {
        listener.idleBegins(cpu);
        stopTick();
        long began = HostClock.nowNs();
        long last = began;
        while (!cpu.scheduler().needResched()) {
            if (policy == IdlePolicy.HALT
                    || policy == IdlePolicy.HALT_POLL && last - began > HALT_POLL_NS) {
                hw.halt();
                long woken = HostClock.nowNs();
                idleNs += woken - last;
                last = woken;
            }
            long now = hw.idleStep(last);
            idleNs += Math.abs(now) - last;
            last = now;
            if (now < 0) {
                if (!cpu.scheduler().needResched()) {
                    listener.idleBegins(cpu);
                    stopTick();
                }
                last = HostClock.nowNs();
                began = last;
            }
        }
    }

    private void stopTick() {
        if (!cpu.scheduler().needResched()) {
            tickStops.run();
        }
    }

    /** Returns how long this CPU was idle, interrupts left out, ns. */
    long idleNs() {
        return idleNs;
    }
}
