package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.intc.InputTrigger;
import org.irqlab.hw.intc.InputWire;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.apic.pin.StormDamping;
import org.irqlab.hw.intc.gicv3.GicMachine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.Trigger;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.support.TestMachine;

import java.util.List;

/**
 * A machine with wired inputs, x86 or arm64. What the boards differ in ends here: which controller
 * there is, and whether the wires of levels are active low as PCI's own.
 */
final class WiredMachine implements AutoCloseable {
    enum Platform {
        /** An I/O APIC above local APICs; levels are active low. */
        X86,
        /** A GIC; levels are active high. */
        ARM64
    }

    final TestMachine m;
    final WiredDomain domain;
    private final boolean x86;
    private WiredInputs inputs;
    private int nextIrq = 20;

    WiredMachine(Platform platform, int cpus) {
        x86 = platform == Platform.X86;
        m = new TestMachine(MachineSpec.unpinned(cpus).withWorkersPerPool(1), this::controller);
        domain = m.machine().irqs().newDomain(inputs);
    }

    private InterruptController controller(List<HaltLine> halts) {
        if (x86) {
            var apic = new ApicController(halts);
            inputs = apic.addIoApic(StormDamping.OFF).inputs();
            return apic;
        }
        var gic = GicMachine.asLinuxLeavesIt(halts);
        inputs = gic.gic().distributor().inputs();
        return gic;
    }

    KernelCpu cpu(int id) {
        return m.cpu(id);
    }

    /** The wire to the {@code number}th input, for devices that hold a level. */
    InputWire levelWire(int number) {
        var trigger = x86 ? InputTrigger.LOW_LEVEL : InputTrigger.HIGH_LEVEL;
        return new InputWire(inputs, inputs.first() + number, trigger);
    }

    InputWire edgeWire(int number) {
        return new InputWire(inputs, inputs.first() + number, InputTrigger.RISING_EDGE);
    }

    /** The line of an input, as the firmware describes it. */
    IrqDescriptor line(int number, InputWire wire) {
        Trigger trigger =
                switch (wire.trigger()) {
                    case RISING_EDGE -> Trigger.RISING;
                    case FALLING_EDGE -> Trigger.FALLING;
                    case HIGH_LEVEL -> Trigger.HIGH;
                    case LOW_LEVEL -> Trigger.LOW;
                };
        var mapping = domain.map(nextIrq++, inputs.first() + number, trigger, m.cpu(0));
        assertEquals(IrqResult.OK, mapping.result());
        return mapping.line();
    }

    WiredInputs inputs() {
        return inputs;
    }

    void start() {
        m.start();
    }

    /** All CPUs have been through the interrupts that were latched when this was called. */
    void settle() {
        for (int round = 0; round < 2; round++) {
            for (int cpu = 0; cpu < m.machine().cpus(); cpu++) {
                m.inInterrupt(cpu, here -> {});
            }
        }
    }

    static void pulse(InputWire.Pull pull) {
        pull.set(true);
        pull.set(false);
    }

    @Override
    public void close() {
        m.close();
    }
}
