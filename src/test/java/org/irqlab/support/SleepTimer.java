package org.irqlab.support;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.PriorityQueue;

/** Wakes the sleeping tasks of one CPU when their time has come, by an interrupt. */
final class SleepTimer implements PolledDevice {
    private record Sleeper(long deadlineNs, Task task) {}

    private final KernelCpu cpu;
    private final PriorityQueue<Sleeper> sleepers =
            new PriorityQueue<>((a, b) -> Long.compare(a.deadlineNs, b.deadlineNs));
    private final int vector;
    private boolean fired;

    SleepTimer(KernelCpu cpu, int vector) {
        this.cpu = cpu;
        this.vector = vector;
    }

    void add(long deadlineNs, Task task) {
        sleepers.add(new Sleeper(deadlineNs, task));
        cpu.hw().deadlineChanged();
    }

    @Override
    public long nextDueNs() {
        return fired || sleepers.isEmpty() ? NEVER : sleepers.peek().deadlineNs;
    }

    @Override
    public void service(long nowNs) {
        fired = true;
        cpu.hw().port().accept(vector);
    }

    void interrupt() {
        fired = false;
        long now = HostClock.nowNs();
        while (!sleepers.isEmpty() && sleepers.peek().deadlineNs <= now) {
            cpu.scheduler().wake(sleepers.remove().task);
        }
        cpu.hw().deadlineChanged();
    }
}
