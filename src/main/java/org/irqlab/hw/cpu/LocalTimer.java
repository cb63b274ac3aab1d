package org.irqlab.hw.cpu;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuTimer;

/**
 * Serves the CPU's own timer at its poll points: that of the local APIC, or the generic timer.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton; made before the CPU runs.
 */
public final class LocalTimer implements PolledDevice {
    private final CpuTimer timer;

    /**
     * Makes the server of {@code cpu}'s timer, which has yet to be {@link VirtualCpu#addDevice
     * added}.
     */
    public LocalTimer(VirtualCpu cpu) {
        timer = cpu.port().timer();
        timer.onRearm(cpu::deadlineChanged);
    }

    @Override
    @HotPath
    public long nextDueNs() {
        return timer.nextDueNs();
    }

    @Override
    @HotPath
    public void service(long nowNs) {
        timer.service(nowNs);
    }
}
