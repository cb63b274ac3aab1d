package org.irqlab.kernel.sched;

import org.irqlab.hw.intc.InterruptController;

/**
 * The CPUs of one machine, as they see each other.
 *
 * <p><b>Threads.</b> Filled before the machine starts, then read by any thread.
 */
public final class Smp {
    private final InterruptController controller;
    private final KernelCpu[] cpus;

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

    /** Asks {@code cpu} to look at its wake list. Any holder. */
    void sendReschedule(int cpu) {
        controller.sendIpi(cpu, controller.vectors().reschedule());
    }
}
