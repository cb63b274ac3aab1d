package org.irqlab.hw.pci;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.MessageSink;

import java.util.ArrayList;
import java.util.List;

/** A function with MSI-X behind BAR 2, MSI and a pin, and a record of what it sends. */
final class TestFunction {
    static final int BAR = 2;
    static final PciHeader HEADER = new PciHeader(0x1af4, 0x1041, 0x02_0000, 7, PciHeader.Pin.INTB);

    final List<MsiMessage> sent = new ArrayList<>();
    final List<Boolean> levels = new ArrayList<>();
    final GuestErrorCounts errors = new GuestErrorCounts();
    final IntxLine intx = new IntxLine(levels::add);
    final MsixTable msix;
    final MsiCapability msi;
    final MsixBar bar;
    final PciConfigSpace config;
    final PciInterrupts interrupts;

    TestFunction(int msixVectors, int msiVectors) {
        this(
                msixVectors,
                msiVectors,
                MsiCapability.Address.BITS_64,
                MsiCapability.Masking.PER_VECTOR);
    }

    TestFunction(
            int msixVectors,
            int msiVectors,
            MsiCapability.Address address,
            MsiCapability.Masking masking) {
        MessageSink sink =
                (where, data) -> {
                    sent.add(new MsiMessage(where, data));
                    return FireOutcome.LATCHED;
                };
        msix = new MsixTable(msixVectors, sink);
        msi = new MsiCapability(msiVectors, address, masking, sink);
        bar = new MsixBar(msix, errors);
        config =
                new PciConfigSpace(
                        HEADER,
                        intx,
                        List.of(new PciBar(BAR, bar)),
                        List.of(new MsixCapability(msix, BAR), msi),
                        errors);
        interrupts = new PciInterrupts(msix, msi, intx);
    }

    int read(int offset, int bytes) {
        return (int) config.read(0, offset, bytes);
    }

    void write(int offset, int bytes, int value) {
        config.write(0, offset, bytes, value & 0xffff_ffffL);
    }

    int msixControlAt() {
        return config.offset(MsixCapability.ID) + 2;
    }

    int msiAt() {
        return config.offset(MsiCapability.ID);
    }

    void busMaster() {
        write(
                PciConfigSpace.COMMAND,
                Short.BYTES,
                PciConfigSpace.COMMAND_MEMORY | PciConfigSpace.COMMAND_BUS_MASTER);
    }

    void entry(int vector, int word, int value) {
        bar.write(0, vector * (long) MsixRegisters.ENTRY_BYTES + word, Integer.BYTES, value);
    }

    int entry(int vector, int word) {
        return (int) bar.read(0, vector * (long) MsixRegisters.ENTRY_BYTES + word, Integer.BYTES);
    }

    void program(int vector, MsiMessage message) {
        entry(vector, MsixRegisters.ADDRESS_LOW, message.addressLow());
        entry(vector, MsixRegisters.ADDRESS_HIGH, message.addressHigh());
        entry(vector, MsixRegisters.DATA, message.data());
    }

    /** The order in which Linux sets MSI-X up; every vector stays masked. */
    void enableMsixAsLinuxDoes(MsiMessage message) {
        write(msixControlAt(), Short.BYTES, 0xc000);
        for (int vector = 0; vector < msix.vectors(); vector++) {
            entry(vector, MsixRegisters.VECTOR_CONTROL, 1);
            program(vector, message);
        }
        write(msixControlAt(), Short.BYTES, 0x8000);
    }

    /** Programs and enables MSI with {@code 1 << log} vectors. */
    void enableMsi(MsiMessage message, int log) {
        boolean wide = (read(msiAt() + 2, Short.BYTES) & MsiCapability.CONTROL_64BIT) != 0;
        write(msiAt() + 4, Integer.BYTES, message.addressLow());
        if (wide) {
            write(msiAt() + 8, Integer.BYTES, message.addressHigh());
        }
        write(msiAt() + (wide ? 12 : 8), Short.BYTES, message.data());
        write(msiAt() + 2, Short.BYTES, log << 4 | MsiCapability.CONTROL_ENABLE);
    }
}
