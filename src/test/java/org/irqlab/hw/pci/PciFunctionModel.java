package org.irqlab.hw.pci;

import org.irqlab.hw.intc.FireOutcome;

import java.util.ArrayList;
import java.util.List;

/** A function with MSI-X behind BAR 2, MSI and a pin, as a list of registers. */
final class PciFunctionModel {
    private static final int MSIX_AT = 0x40;
    private static final int MSI_AT = 0x4c;

    final List<MsiMessage> sent = new ArrayList<>();
    final List<Boolean> levels = new ArrayList<>();
    final MsixTableModel msix;
    final MsiModel msi;
    private final int pendingOffset;
    private final int barBytes;
    int command;
    int bar;
    int line;
    boolean wanted;
    int reservedValues;
    int badSizes;

    PciFunctionModel(int msixVectors, int capableLog, boolean wide, boolean maskable) {
        msix = new MsixTableModel(msixVectors, sent);
        msix.busMaster = false;
        msi = new MsiModel(capableLog, wide, maskable, sent);
        pendingOffset = Math.max(2048, msixVectors * 16);
        barBytes = 4096;
    }

    FireOutcome fire(int number) {
        if (msix.enabled) {
            return msix.fire(number);
        }
        if (msi.enabled) {
            return msi.fire(number);
        }
        boolean again = wanted;
        wanted = true;
        drive();
        if ((command & 0x400) == 0) {
            return again ? FireOutcome.COALESCED : FireOutcome.LATCHED;
        }
        return again ? FireOutcome.COALESCED_MASKED : FireOutcome.PENDED_MASKED;
    }

    void lower() {
        wanted = false;
        drive();
    }

    private void drive() {
        boolean level = wanted && (command & 0x400) == 0 && !msi.enabled && !msix.enabled;
        boolean before = !levels.isEmpty() && levels.getLast();
        if (level != before) {
            levels.add(level);
        }
    }

    private int msiBytes() {
        return 4 + 4 + (msi.wide ? 4 : 0) + 4 + (msi.maskable ? 8 : 0);
    }

    /** A 32-bit register. */
    int word(int offset) {
        if (offset >= MSI_AT && offset < MSI_AT + msiBytes()) {
            return msi.read(offset - MSI_AT) | (offset == MSI_AT ? 0x05 : 0);
        }
        return switch (offset) {
            case 0x00 -> 0x1041_1af4;
            case 0x04 -> command | (wanted ? 0x18 : 0x10) << 16;
            case 0x08 -> 0x0200_0007;
            case 0x18 -> bar;
            case 0x34 -> MSIX_AT;
            case 0x3c -> 0x0200 | line;
            case MSIX_AT -> msixControl() << 16 | MSI_AT << 8 | 0x11;
            case MSIX_AT + 4 -> 2;
            case MSIX_AT + 8 -> pendingOffset | 2;
            default -> 0;
        };
    }

    private int msixControl() {
        return (msix.enabled ? 0x8000 : 0)
                | (msix.functionMask ? 0x4000 : 0)
                | msix.masked.length - 1;
    }

    int read(int offset, int bytes) {
        if (offset % bytes != 0) {
            badSizes++;
            return 0;
        }
        int bits = word(offset / 4 * 4) >>> offset % 4 * 8;
        return bytes == 4 ? bits : bits & (1 << bytes * 8) - 1;
    }

    void write(int offset, int bytes, int value) {
        if (offset % bytes != 0) {
            badSizes++;
            return;
        }
        int at = offset / 4 * 4;
        int changed = word(at);
        for (int n = 0; n < bytes; n++) {
            int shift = (offset % 4 + n) * 8;
            changed = changed & ~(0xff << shift) | (value >>> n * 8 & 0xff) << shift;
        }
        boolean control = offset + bytes > at + 2;
        if (at == MSIX_AT && control) {
            msix.control(changed >>> 16);
            reservedValues += msi.enabled && msix.enabled ? 1 : 0;
        } else if (at == MSI_AT && control) {
            boolean legal = msi.write(0, changed);
            reservedValues += !legal || msi.enabled && msix.enabled ? 1 : 0;
        } else if (at > MSI_AT && at < MSI_AT + msiBytes()) {
            msi.write(at - MSI_AT, changed);
        } else if (at == 0x04) {
            command(changed & 0x406);
        } else if (at == 0x18) {
            bar = changed & -barBytes;
        } else if (at == 0x3c) {
            line = changed & 0xff;
        }
        drive();
    }

    private void command(int value) {
        command = value;
        msix.busMaster((value & 4) != 0);
        msi.busMaster = (value & 4) != 0;
        msi.release();
    }
}
