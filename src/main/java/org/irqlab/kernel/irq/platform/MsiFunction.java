package org.irqlab.kernel.irq.platform;

import org.irqlab.hw.pci.MsiCapability;
import org.irqlab.hw.pci.MsiMessage;
import org.irqlab.hw.pci.PciConfigSpace;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * The MSI capability of one function, as drivers/pci reaches it: by configuration accesses.
 *
 * @see "Linux drivers/pci/msi/msi.c, pci_write_msg_msi"
 */
final class MsiFunction {
    private static final int CONTROL = 2;
    private static final int ADDRESS_LOW = 4;
    private static final int ADDRESS_HIGH = 8;
    private static final int CAPABLE_SHIFT = 1;
    private static final int ALLOCATED_SHIFT = 4;

    private final PciConfigSpace config;
    private final MsiCapability msi;
    private final int at;
    private final int control;

    MsiFunction(PciConfigSpace config, MsiCapability msi) {
        this.config = config;
        this.msi = msi;
        at = config.offset(MsiCapability.ID);
        control = (int) config.read(0, at + CONTROL, Short.BYTES);
    }

    int capable() {
        return 1 << ((control & MsiCapability.CONTROL_CAPABLE) >> CAPABLE_SHIFT);
    }

    boolean maskable() {
        return (control & MsiCapability.CONTROL_MASKABLE) != 0;
    }

    void mask(int vector) {
        msi.mask(vector);
    }

    void unmask(int vector) {
        msi.unmask(vector);
    }

    void program(MsiMessage message, KernelCpu cpu) {
        boolean wide = (control & MsiCapability.CONTROL_64BIT) != 0;
        long address = message.address();
        config.write(cpu.id(), at + ADDRESS_LOW, Integer.BYTES, address & 0xffff_ffffL);
        if (wide) {
            config.write(cpu.id(), at + ADDRESS_HIGH, Integer.BYTES, address >>> Integer.SIZE);
        }
        int data = at + ADDRESS_HIGH + (wide ? Integer.BYTES : 0);
        config.write(cpu.id(), data, Short.BYTES, message.data());
    }

    /** Switches MSI on with {@code vectors}, a power of two. */
    void enable(int vectors, KernelCpu cpu) {
        int log = Integer.numberOfTrailingZeros(vectors) << ALLOCATED_SHIFT;
        writeControl(log | MsiCapability.CONTROL_ENABLE, cpu);
    }

    void disable(KernelCpu cpu) {
        writeControl(0, cpu);
    }

    private void writeControl(int value, KernelCpu cpu) {
        config.write(cpu.id(), at + CONTROL, Short.BYTES, value);
    }
}
