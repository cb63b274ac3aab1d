package org.irqlab.kernel.napi;

import org.irqlab.base.HotPath;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.kernel.irq.ipi.CrossCalls;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Arrays;

/**
 * The timers of one CPU that poll instances whose interrupts stay off: one deadline each.
 *
 * <p>SIMPLIFIED: where an instance moves to another CPU, its old timer is not cancelled; it finds
 * the instance owned, or polls it once for nothing.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux net/core/dev.c, napi_watchdog"
 */
final class NapiTimer implements PolledDevice {
    private final KernelCpu cpu;
    private final CrossCalls calls;
    private Napi[] napis = {};
    private long[] deadlinesNs = {};
    private long nextNs = NEVER;

    NapiTimer(KernelCpu cpu, CrossCalls calls) {
        this.cpu = cpu;
        this.calls = calls;
    }

    /** Adds an instance; before the machine starts. */
    void add(Napi napi) {
        napis = Arrays.copyOf(napis, napi.index + 1);
        deadlinesNs = Arrays.copyOf(deadlinesNs, napi.index + 1);
        napis[napi.index] = napi;
        deadlinesNs[napi.index] = NEVER;
    }

    /** Polls {@code napi} at {@code deadlineNs}; {@link #NEVER} for not at all. */
    @HotPath
    void arm(Napi napi, long deadlineNs) {
        deadlinesNs[napi.index] = deadlineNs;
        findNext();
        cpu.hw().deadlineChanged();
    }

    private void findNext() {
        long next = NEVER;
        for (long deadline : deadlinesNs) {
            next = Math.min(next, deadline);
        }
        nextNs = next;
    }

    @Override
    @HotPath
    public long nextDueNs() {
        return nextNs;
    }

    @Override
    @HotPath
    public void service(long nowNs) {
        for (Napi napi : napis) {
            if (deadlinesNs[napi.index] <= nowNs) {
                deadlinesNs[napi.index] = NEVER;
                // On to hardirq context, where the kernel's timers run.
                calls.queue(napi.timer, cpu);
            }
        }
        findNext();
    }
}
