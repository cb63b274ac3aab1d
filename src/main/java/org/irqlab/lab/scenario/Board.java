package org.irqlab.lab.scenario;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.apic.ApicMode;
import org.irqlab.hw.intc.apic.ApicOptions;
import org.irqlab.hw.intc.gicv3.GicMachine;
import org.irqlab.hw.intc.gicv3.GicSettings;
import org.irqlab.hw.pci.PciAddress;
import org.irqlab.hw.pci.PciFunction;
import org.irqlab.kernel.boot.GuestErrorLog;
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
        return of(Platform.X86, spec, listener, new GuestErrorLog());
    }

    /** Returns an arm64 machine: a GICv3, whose translation service takes the devices' messages. */
    public static Machine arm64(MachineSpec spec, IdleListener listener) {
        return of(Platform.ARM64, spec, listener, new GuestErrorLog());
    }

    /** Returns a machine of {@code platform}. */
    public static Machine of(Platform platform, MachineSpec spec, IdleListener listener) {
        return of(platform, spec, listener, new GuestErrorLog());
    }

    /** As above; what its guests and devices do wrong goes to {@code errors}. */
    public static Machine of(
            Platform platform, MachineSpec spec, IdleListener listener, GuestErrorLog errors) {
        var halts = Stream.generate(HaltLine::new).limit(spec.cpus()).toList();
        InterruptController controller =
                switch (platform) {
                    case X86 ->
                            new ApicController(
                                    halts,
                                    new ApicOptions(ApicMode.XAPIC, HostClock::nowNs, errors));
                    case ARM64 -> GicMachine.asLinuxLeavesIt(halts, GicSettings.DEFAULT, errors);
                };
        var machine = new Machine(spec, controller, halts, listener);
        errors.connect(machine.smp());
        return machine;
    }

    /** Plugs a device with {@code vectors} MSI-X vectors into slot {@code slot}. */
    public static PciFunction plugIn(Machine machine, int slot, int vectors) {
        return PciFunction.of(new PciAddress(0, 0, slot, 0), vectors, machine.controller());
    }
}
