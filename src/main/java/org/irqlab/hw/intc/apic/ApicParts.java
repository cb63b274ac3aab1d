package org.irqlab.hw.intc.apic;

import org.irqlab.hw.intc.CpuKick;

import java.util.List;

/** What the local APICs of a machine have in common: the bus, and what it reaches of each. */
record ApicParts(
        ApicBus bus, RequestRegister[] requests, OwnerRegisters[] owners, CpuSignals[] signals) {
    static ApicParts of(List<? extends CpuKick> kicks, ApicMode mode) {
        int cpus = kicks.size();
        var requests = new RequestRegister[cpus];
        var owners = new OwnerRegisters[cpus];
        var signals = new CpuSignals[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            requests[cpu] = new RequestRegister(cpu, kicks.get(cpu), mode);
            owners[cpu] = new OwnerRegisters();
            signals[cpu] = new CpuSignals(kicks.get(cpu));
        }
        return new ApicParts(new ApicBus(requests, owners, signals), requests, owners, signals);
    }
}
