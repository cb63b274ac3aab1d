package org.irqlab.hw.pci;

import org.irqlab.hw.intc.FireOutcome;

import java.util.List;

/** An MSI capability as the specification words it: one message, mask bits and pending bits. */
final class MsiModel {
    final int capableLog;
    final boolean wide;
    final boolean maskable;
    final List<MsiMessage> sent;
    boolean enabled;
    boolean busMaster;
    int allocatedLog;
    long address;
    int data;
    int mask;
    int pending;
    int released;
    int withoutBusMaster;

    MsiModel(int capableLog, boolean wide, boolean maskable, List<MsiMessage> sent) {
        this.capableLog = capableLog;
        this.wide = wide;
        this.maskable = maskable;
        this.sent = sent;
    }

    FireOutcome fire(int number) {
        int vector = number % (1 << allocatedLog);
        int bit = 1 << vector;
        if (!enabled) {
            return FireOutcome.DROPPED_DISABLED;
        }
        if ((mask & bit) != 0 || (!busMaster && (pending & bit) != 0)) {
            boolean before = (pending & bit) != 0;
            pending |= bit;
            return before ? FireOutcome.COALESCED_MASKED : FireOutcome.PENDED_MASKED;
        }
        if (!busMaster) {
            withoutBusMaster++;
            return FireOutcome.DROPPED_DISABLED;
        }
        send(vector);
        return FireOutcome.LATCHED;
    }

    private void send(int vector) {
        int low = (1 << allocatedLog) - 1;
        sent.add(new MsiMessage(address, data & ~low | vector));
    }

    void release() {
        for (int vector = 0; vector < 1 << allocatedLog; vector++) {
            int bit = 1 << vector;
            if (enabled && busMaster && (mask & bit) == 0 && (pending & bit) != 0) {
                pending &= ~bit;
                released++;
                send(vector);
            }
        }
    }

    int control() {
        return (enabled ? 1 : 0)
                | capableLog << 1
                | allocatedLog << 4
                | (wide ? 0x80 : 0)
                | (maskable ? 0x100 : 0);
    }

    /** The word at {@code offset} from the capability, without id and link. */
    int read(int offset) {
        return switch (place(offset)) {
            case "control" -> control() << 16;
            case "low" -> (int) address;
            case "high" -> (int) (address >>> 32);
            case "data" -> data;
            case "mask" -> mask;
            case "pending" -> pending;
            default -> 0;
        };
    }

    /** Writes a whole word; whether it was a legal one. */
    boolean write(int offset, int value) {
        boolean legal = true;
        switch (place(offset)) {
            case "control" -> {
                int asked = value >>> 20 & 7;
                legal = asked <= capableLog;
                allocatedLog = Math.min(asked, capableLog);
                enabled = (value >>> 16 & 1) != 0;
            }
            case "low" -> address = address >>> 32 << 32 | value & 0xffff_fffcL;
            case "high" -> address = (long) value << 32 | address & 0xffff_ffffL;
            case "data" -> data = value & 0xffff;
            case "mask" -> mask = (int) (value & (1L << (1 << capableLog)) - 1);
            default -> {}
        }
        release();
        return legal;
    }

    private String place(int offset) {
        int behindAddress = wide ? offset - 4 : offset;
        if (offset == 0) {
            return "control";
        }
        if (offset == 4) {
            return "low";
        }
        if (wide && offset == 8) {
            return "high";
        }
        return switch (behindAddress) {
            case 8 -> "data";
            case 12 -> maskable ? "mask" : "";
            case 16 -> maskable ? "pending" : "";
            default -> "";
        };
    }
}
