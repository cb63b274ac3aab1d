package org.irqlab.kernel.watch;

import org.irqlab.hw.cpu.OverflowCounter;
import org.irqlab.kernel.diag.ReportContext;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Smp;
import org.irqlab.kernel.sched.Task;

import java.util.List;

/**
 * Watches by NMIs whether the CPUs still take timer interrupts.
 *
 * <p>Several NMIs in a row with no sample of the soft watchdog between them are a lockup: NMIs that
 * the CPU took are counted, not time, so that a host that stands still makes one of them late and
 * reports nothing. A CPU that takes no NMI either, because it does not come to a poll point, is
 * described from outside, after much longer. Each lockup is reported once.
 *
 * <p><b>Threads.</b> {@link #nmi} the CPU's holder; the rest the counter's thread.
 *
 * @see "Linux kernel/watchdog_perf.c, watchdog_overflow_callback"
 */
final class HardLockupWatch {
    /** NMIs in the time after which Linux reports. */
    private static final int STEPS = 4;

    /** Steps without an NMI after which a CPU is described from outside. */
    private static final int SILENT_STEPS = 10 * STEPS;

    private final Smp smp;
    private final List<SoftLockupWatch> watched;
    private final CpuDump dump;
    private final OverflowCounter counter;
    private final State[] states;

    /** One CPU as the watch knows it. */
    private static final class State {
        // Written by the CPU's holder.
        volatile long nmis;
        long samples;
        int without;
        // The counter's thread.
        long nmisBefore;
        int silent;
    }

    HardLockupWatch(Smp smp, List<SoftLockupWatch> watched, WatchdogTimes times, CpuDump dump) {
        this.smp = smp;
        this.watched = watched;
        this.dump = dump;
        counter = new OverflowCounter(times.lockupNs() / STEPS, this::overflow);
        states = new State[smp.count()];
        for (int cpu = 0; cpu < states.length; cpu++) {
            states[cpu] = new State();
        }
    }

    void begin() {
        counter.begin();
    }

    void close() {
        counter.close();
    }

    private void overflow() {
        for (int cpu = 0; cpu < states.length; cpu++) {
            State state = states[cpu];
            long nmis = state.nmis;
            state.silent = nmis == state.nmisBefore ? state.silent + 1 : 0;
            state.nmisBefore = nmis;
            if (state.silent == SILENT_STEPS) {
                fromOutside(smp.cpu(cpu));
            }
            smp.cpu(cpu).hw().nmi().raise();
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

    /** The NMI of the counter: looks whether there was a sample since the last one. */
    void nmi(KernelCpu cpu) {
        State state = states[cpu.id()];
        state.nmis++;
        long samples = watched.get(cpu.id()).samples();
        state.without = samples == state.samples ? state.without + 1 : 0;
        state.samples = samples;
        if (state.without == STEPS) {
            cpu.report(ReportKind.HARD_LOCKUP, CpuDump.title(cpu), dump.lines(cpu));
        }
    }
}
