package org.irqlab.hw.cpu;

import org.irqlab.base.HotPath;

import java.util.Arrays;

/**
 * The devices that one CPU polls, and when the first of them is due.
 *
 * <p><b>Threads.</b> Filled before the CPU runs; then the holder of its baton.
 */
final class PolledDevices {
    private PolledDevice[] devices = {};
    private long nextDueNs = PolledDevice.NEVER;

    void add(PolledDevice device) {
        devices = Arrays.copyOf(devices, devices.length + 1);
        devices[devices.length - 1] = device;
        deadlineChanged();
    }

    /** A device's deadline moved. */
    @HotPath
    void deadlineChanged() {
        long next = PolledDevice.NEVER;
        for (PolledDevice device : devices) {
            next = Math.min(next, device.nextDueNs());
        }
        nextDueNs = next;
    }

    @HotPath
    boolean due(long nowNs) {
        return nowNs >= nextDueNs;
    }

    @HotPath
    long nextDueNs() {
        return nextDueNs;
    }

    /** Has every device that is due do what it has to. */
    void serve(long nowNs) {
        for (PolledDevice device : devices) {
            if (nowNs >= device.nextDueNs()) {
                device.service(nowNs);
            }
        }
        deadlineChanged();
    }
}
