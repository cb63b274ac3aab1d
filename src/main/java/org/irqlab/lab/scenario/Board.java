package org.irqlab.lab.scenario;

import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.gicv3.GicMachine;
import org.irqlab.hw.pci.PciAddress;
import org.irqlab.hw.pci.PciFunction;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.lab.measure.Platform;

import java.util.stream.Stream;

/** The main board: joins a kernel with the interrupt controller of a platform. */
public final class Board {
    private Board() {}

    /** Returns an x86 machine: local APICs, message-signalled interrupts. */
    public static Machine x86(MachineSpec spec, IdleListener listener) {
        var halts = Stream.generate(HaltLine::new).limit(spec.cpus()).toList();
        return new Machine(spec, new ApicController(halts), halts, listener);
    }

    /** Returns an arm64 machine: a GICv3, whose translation service takes the devices' messages. */
    public static Machine arm64(MachineSpec spec, IdleListener listener) {
        var halts = Stream.generate(HaltLine::new).limit(spec.cpus()).toList();
        return new Machine(spec, GicMachine.asLinuxLeavesIt(halts), halts, listener);
    }

    /** Returns a machine of {@code platform}. */
    public static Machine of(Platform platform, MachineSpec spec, IdleListener listener) {
        return switch (platform) {
            case X86 -> x86(spec, listener);
            case ARM64 -> arm64(spec, listener);
        };
    }

    /** Plugs a device with {@code vectors} MSI-X vectors into slot {@code slot}. */
    public static PciFunction plugIn(Machine machine, int slot, int vectors) {
        return PciFunction.of(new PciAddress(0, 0, slot, 0), vectors, machine.controller());
    }
}
