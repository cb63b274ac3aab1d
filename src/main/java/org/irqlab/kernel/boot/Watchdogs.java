package org.irqlab.kernel.boot;

import org.irqlab.kernel.sched.CpuTimes;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.time.CpuTimers;
import org.irqlab.kernel.watch.MachineWatch;
import org.irqlab.kernel.watch.StormHint;
import org.irqlab.kernel.watch.WatchdogTimes;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The watchdogs of one machine: soft and hard lockup, hung task, interrupt storm.
 *
 * <p>Switched on by who wants them; off, they cost nothing.
 *
 * <p><b>Threads.</b> Made before the machine starts, closed after the machine, by one thread.
 */
public final class Watchdogs implements AutoCloseable {
    private static final TaskPolicy MOST_URGENT = TaskPolicy.fifo(99);

    private final MachineWatch watch;

    private Watchdogs(MachineWatch watch) {
        this.watch = watch;
    }

    /** Has the watchdogs of {@code machine} begin; it has not started yet. */
    public static Watchdogs of(Machine machine, WatchdogTimes times) {
        var watch = new MachineWatch(machine.smp(), times, new Host(machine));
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            machine.nmis(cpu).add(watch::nmi);
        }
        watch.begin();
        return new Watchdogs(watch);
    }

    @Override
    public void close() {
        watch.close();
    }

    /** What the watchdogs need of a machine. */
    private record Host(Machine machine) implements MachineWatch.Host {
        @Override
        public Task newWatchdog(KernelCpu cpu, Consumer<Task> body) {
            return machine.newTask(cpu.id(), "watchdog/" + cpu.id(), MOST_URGENT, true, body);
        }

        @Override
        public Task newHungTaskWatch(Consumer<Task> body) {
            return machine.newTask(0, "khungtaskd", TaskPolicy.NORMAL, true, body);
        }

        @Override
        public CpuTimers timers(int cpu) {
            return machine.timers(cpu);
        }

        @Override
        public List<Task> tasks() {
            return machine.tasks();
        }

        @Override
        public String softirqsPending(KernelCpu cpu) {
            var pending = new ArrayList<String>();
            for (SoftirqVector vector : SoftirqVector.values()) {
                if (machine.softirqs(cpu.id()).pending(vector)) {
                    pending.add(vector.name());
                }
            }
            return pending.isEmpty() ? "none" : String.join(" ", pending);
        }

        @Override
        public StormHint newStormHint(KernelCpu cpu) {
            var times = new CpuTimes();
            cpu.account(times);
            return new StormHint(times, machine.irqs()::descriptors);
        }
    }
}
