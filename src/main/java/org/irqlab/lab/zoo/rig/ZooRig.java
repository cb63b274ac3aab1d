package org.irqlab.lab.zoo.rig;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.lab.measure.Platform;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * What one form of an entry runs on: makes its machines, bounds its waits, and leaves no thread.
 *
 * <p><b>Threads.</b> The one that runs the entry.
 */
public final class ZooRig implements AutoCloseable {
    /** Much longer than what any entry waits for takes, on a host that is busy with others. */
    public static final long PATIENCE_MILLIS = 20_000;

    private static final long LOOK_NS = 50_000;

    private final long patienceMillis;
    private final Deque<ZooMachine> machines = new ArrayDeque<>();
    private final Deque<Runnable> endings = new ArrayDeque<>();

    public ZooRig() {
        this(PATIENCE_MILLIS);
    }

    /**
     * @param patienceMillis after which a wait of {@link #await} has failed
     */
    public ZooRig(long patienceMillis) {
        this.patienceMillis = patienceMillis;
    }

    /** Makes an x86 machine of unpinned CPUs. */
    public ZooMachine x86(int cpus) {
        return machine(Platform.X86, spec(cpus));
    }

    /** Makes an arm64 machine of unpinned CPUs. */
    public ZooMachine arm64(int cpus) {
        return machine(Platform.ARM64, spec(cpus));
    }

    /** Returns what the machines of the zoo are made of, to be changed. */
    public static MachineSpec spec(int cpus) {
        return MachineSpec.unpinned(cpus).withWorkersPerPool(1);
    }

    /** Makes a machine, which is closed with the rig. */
    public ZooMachine machine(Platform platform, MachineSpec spec) {
        var machine = new ZooMachine(this, platform, spec);
        machines.push(machine);
        return machine;
    }

    /**
     * Has {@code ending} run before the machines are closed, the last one first: lets go what would
     * keep them from stopping, such as a wire that is pulled.
     */
    public void atEnd(Runnable ending) {
        endings.push(ending);
    }

    /**
     * Waits until {@code condition} holds.
     *
     * @throws ZooTimeout if it does not for 20 s
     * @throws IllegalStateException if a machine has failed meanwhile
     */
    public void await(String what, BooleanSupplier condition) {
        if (!within(patienceMillis, condition)) {
            throw new ZooTimeout("not in " + patienceMillis + " ms: " + what);
        }
    }

    /**
     * Waits until {@code condition} holds, at most {@code millis}; returns whether it does.
     *
     * @throws IllegalStateException if a machine has failed meanwhile
     */
    public boolean within(long millis, BooleanSupplier condition) {
        long endNs = HostClock.nowNs() + TimeUnit.MILLISECONDS.toNanos(millis);
        while (!condition.getAsBoolean()) {
            machines.forEach(ZooMachine::checkAlive);
            if (HostClock.nowNs() > endNs) {
                return condition.getAsBoolean();
            }
            LockSupport.parkNanos(LOOK_NS);
        }
        return true;
    }

    /** Lets time pass. */
    public void pause(long millis) {
        within(millis, () -> false);
    }

    /**
     * Ends everything.
     *
     * @throws IllegalStateException if a machine's own code failed, or a machine did not stop
     */
    @Override
    public void close() {
        endings.forEach(Runnable::run);
        endings.clear();
        while (!machines.isEmpty()) {
            machines.pop().close();
        }
    }
}
