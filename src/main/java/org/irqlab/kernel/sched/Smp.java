package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.kernel.diag.KernelLog;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.IntPredicate;

/**
 * The CPUs of one machine, as they see each other.
 *
 * <p><b>Threads.</b> Filled before the machine starts, then read by any thread.
 */
public final class Smp {
    private final InterruptController controller;
    private final KernelCpu[] cpus;
    private final KernelLog log = new KernelLog();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private IntPredicate callsPending = cpu -> false;

    // Any thread; set once, and before the reschedule interrupts of stop() are requested, so that
    // the CPU that takes one sees it: payload before interrupt. A look that comes before that may
    // be late and does no harm, as the interrupt is still to be taken.
    private volatile boolean stopping;

    // Set before any CPU runs.
    private boolean started;

    public Smp(InterruptController controller) {
        this.controller = controller;
        cpus = new KernelCpu[controller.cpus()];
    }

    void add(KernelCpu cpu) {
        cpus[cpu.id()] = cpu;
    }

    public KernelCpu cpu(int id) {
        return cpus[id];
    }

    public int count() {
        return cpus.length;
    }

    public InterruptController controller() {
        return controller;
    }

    /** Returns the log that every detector of this machine reports to. */
    public KernelLog log() {
        return log;
    }

    /**
     * Sets who tells whether a CPU has been asked for function calls: these come before the tasks
     * that others woke, in the interrupt that is on its way. Before the machine starts.
     */
    public void setCallsPending(IntPredicate pending) {
        callsPending = pending;
    }

    @HotPath
    boolean callsPending(int cpu) {
        return callsPending.test(cpu);
    }

    /** The CPUs are about to run: from now on their contexts have rules. Before any runs. */
    public void start() {
        started = true;
    }

    /** Returns whether the CPUs run, and are to go on. */
    boolean running() {
        return started && !stopping;
    }

    /** Makes every CPU switch to its idle task at its next chance, for good. Any thread. */
    public void stop() {
        stopping = true;
        for (int cpu = 0; cpu < cpus.length; cpu++) {
            sendReschedule(cpu);
        }
    }

    /** Stops the machine because its own code failed; the first failure is kept. Any thread. */
    public void fail(Throwable cause) {
        failure.compareAndSet(null, cause);
        stop();
    }

    public boolean stopping() {
        return stopping;
    }

    /** Returns what ended the machine, or null. */
    public Throwable failure() {
        return failure.get();
    }

    /**
     * Asks {@code cpu} to take in its wake list. Any holder.
     *
     * @see "Linux kernel/sched/core.c, __ttwu_queue_wakelist: a single-CPU function call"
     */
    void sendWakeList(int cpu) {
        controller.sendIpi(cpu, controller.vectors().callFunctionSingle());
    }

    private void sendReschedule(int cpu) {
        controller.sendIpi(cpu, controller.vectors().reschedule());
    }
}
