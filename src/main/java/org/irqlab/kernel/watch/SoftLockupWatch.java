package org.irqlab.kernel.watch;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.ThreadRequest;
import org.irqlab.kernel.time.CpuTimers;
import org.irqlab.kernel.time.KernelTimer;

import java.util.function.Consumer;
import java.util.function.Function;

/**
 * One CPU's soft watchdog: a timer interrupt that samples, and the most urgent task of the CPU,
 * which must run between two samples.
 *
 * <p>A lockup is as many samples in a row without a run of the task as are taken in the time after
 * which Linux reports: samples, not time, are counted, so that a host that stands still makes one
 * of them late and reports nothing.
 *
 * <p>SIMPLIFIED: the task is a FIFO one of priority 99, where Linux has the stop class above it.
 *
 * <p><b>Threads.</b> The CPU's holder; {@link #samples} any.
 *
 * @see "Linux kernel/watchdog.c, watchdog_timer_fn; Documentation/admin-guide/lockup-watchdogs.rst"
 */
final class SoftLockupWatch {
    private final KernelCpu cpu;
    private final CpuTimers timers;
    private final WatchdogTimes times;
    private final CpuDump dump;
    private final Task task;
    private final ThreadRequest request = new ThreadRequest();
    private final KernelTimer timer = new KernelTimer(this::sample);
    private Consumer<KernelCpu> onSample = cpu -> {};

    // Written by the holder.
    private volatile long samples;
    // Holder only.
    private boolean ran;
    private int without;

    /** Makes the watch of {@code cpu} and its task, which {@code newTask} makes of its body. */
    SoftLockupWatch(
            KernelCpu cpu,
            CpuTimers timers,
            WatchdogTimes times,
            CpuDump dump,
            Function<Consumer<Task>, Task> newTask) {
        this.cpu = cpu;
        this.timers = timers;
        this.times = times;
        this.dump = dump;
        task = newTask.apply(this::run);
    }

    /** Sets who else looks at each sample, before this watch does. */
    void onSample(Consumer<KernelCpu> look) {
        onSample = look;
    }

    /** Begins to watch. By the CPU's holder, or before the machine starts. */
    void begin() {
        timers.arm(timer, HostClock.nowNs() + times.sampleNs());
    }

    /** To run is all that is asked of the task. */
    private void run(Task self) {
        while (true) {
            request.await(self);
            ran = true;
        }
    }

    private void sample(KernelCpu here) {
        samples++;
        begin();
        onSample.accept(here);
        without = ran ? 0 : without + 1;
        ran = false;
        // Once for each time that it comes about.
        if (without == WatchdogTimes.SAMPLES) {
            here.report(ReportKind.SOFT_LOCKUP, CpuDump.title(here), dump.lines(here));
        }
        if (request.make()) {
            here.scheduler().wake(task);
        }
    }

    /** Returns how many samples were taken: a CPU that takes none takes no interrupts. */
    long samples() {
        return samples;
    }

    int cpu() {
        return cpu.id();
    }
}
