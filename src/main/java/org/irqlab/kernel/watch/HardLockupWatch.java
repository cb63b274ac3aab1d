package org.irqlab.kernel.watch;

import org.irqlab.kernel.diag.ReportContext;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;

import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Watches from outside whether the CPUs still take timer interrupts, as performance counters do
 * whose overflow is an NMI.
 *
 * <p>A CPU that took no sample during a period gets an NMI, in which it says where it is. One that
 * does not take that either, because it does not come to a poll point, is described from outside.
 * Each lockup is reported once.
 *
 * <p>A period counts only if another CPU sampled in it, or if the watch itself came on time: a host
 * that stands still is no lockup.
 *
 * <p><b>Threads.</b> A host thread of its own looks; the NMI's handler is the CPU's holder.
 *
 * @see "Linux kernel/watchdog_perf.c, watchdog_overflow_callback"
 */
final class HardLockupWatch {
    /** Steps of a period; what came later than one more is the host's doing. */
    private static final int STEPS = 4;

    private final Smp smp;
    private final List<SoftLockupWatch> watched;
    private final CpuDump dump;
    private final long stepNs;
    private final Thread thread;
    private final State[] states;
    private volatile boolean closing;

    /** One CPU as the watch knows it. */
    private static final class State {
        // The watch's thread.
        long samples;
        int steps;
        // Set by the watch, cleared by the NMI's handler.
        volatile boolean asked;
        boolean told;
    }

    HardLockupWatch(
            Smp smp, List<SoftLockupWatch> watched, WatchdogTimes times, CpuDump dump) {
        this.smp = smp;
        this.watched = watched;
        this.dump = dump;
        stepNs = Math.max(times.lockupNs() / STEPS, 1);
        states = new State[smp.count()];
        for (int cpu = 0; cpu < states.length; cpu++) {
            states[cpu] = new State();
        }
        thread = Thread.ofPlatform().name("watchdog/nmi").daemon().unstarted(this::watch);
    }

    void begin() {
        thread.start();
    }

    /** Ends the thread; returns when it has ended. */
    void close() {
        closing = true;
        LockSupport.unpark(thread);
        if (thread.getState() != Thread.State.NEW) {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void watch() {
        long lastNs = System.nanoTime();
        while (!closing) {
            LockSupport.parkNanos(stepNs);
            long now = System.nanoTime();
            // Nothing can be said of a step in which the watch itself got no time.
            if (now - lastNs < 2 * stepNs + TimeUnit.MILLISECONDS.toNanos(1)) {
                for (int cpu = 0; cpu < states.length; cpu++) {
                    look(smp.cpu(cpu), states[cpu], watched.get(cpu).samples());
                }
            }
            lastNs = now;
        }
    }

    private void look(KernelCpu cpu, State state, long samples) {
        if (samples != state.samples) {
            state.samples = samples;
            state.steps = 0;
            state.told = false;
            state.asked = false;
            return;
        }
        state.steps++;
        if (state.told) {
            return;
        }
        if (state.steps == STEPS) {
            state.asked = true;
            cpu.hw().nmi().raise();
        } else if (state.steps >= 2 * STEPS) {
            state.told = true;
            if (state.asked) {
                state.asked = false;
                fromOutside(cpu);
            }
        }
    }

    private void fromOutside(KernelCpu cpu) {
        Task task = cpu.current();
        var context =
                new ReportContext(cpu.id(), task.pid(), task.name(), cpu.preemptCount(), true);
        smp.log()
                .report(
                        ReportKind.HARD_LOCKUP,
                        CpuDump.title(cpu),
                        context,
                        dump.linesFromOutside(cpu));
    }

    /** The NMI's handler; returns whether it was this watch that raised it. */
    boolean nmi(KernelCpu cpu) {
        State state = states[cpu.id()];
        if (!state.asked) {
            return false;
        }
        state.asked = false;
        cpu.report(ReportKind.HARD_LOCKUP, CpuDump.title(cpu), dump.lines(cpu));
        return true;
    }
}
