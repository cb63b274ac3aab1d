package org.irqlab.hw.intc.apic;

import org.irqlab.hw.intc.FireOutcome;

import java.util.BitSet;

/** A local APIC as one reads it in a manual: bit sets and nothing concurrent. */
final class LocalApicModel {
    final BitSet irr = new BitSet();
    final BitSet isr = new BitSet();
    final BitSet tmr = new BitSet();
    int tpr;
    int svr = 0xff;
    int lvtTimer = 1 << 16;
    int errors;
    int errorStatus;
    boolean committed;
    boolean halted;
    int kicks;
    int lastBroadcast = -1;

    FireOutcome accept(int vector, boolean level) {
        if (vector < 16 || vector > 255) {
            errors |= 1 << 6;
            return FireOutcome.DROPPED_ILLEGAL_VECTOR;
        }
        boolean before = irr.get(vector);
        irr.set(vector);
        if (level) {
            tmr.set(vector);
        }
        if (halted) {
            halted = false;
            kicks++;
        }
        return before ? FireOutcome.COALESCED : FireOutcome.LATCHED;
    }

    int ppr() {
        int isrv = Math.max(isr.length() - 1, 0);
        return tpr / 16 >= isrv / 16 ? tpr : isrv / 16 * 16;
    }

    private boolean canDeliver() {
        int irrv = irr.length() - 1;
        return (svr & 1 << 8) != 0 && irrv >= 0 && irrv / 16 > ppr() / 16;
    }

    boolean deliverable() {
        committed |= canDeliver();
        return canDeliver();
    }

    int acknowledge() {
        if (canDeliver()) {
            int vector = irr.length() - 1;
            irr.clear(vector);
            isr.set(vector);
            committed = false;
            return vector;
        }
        int result = committed ? svr & 0xff : -1;
        committed = false;
        return result;
    }

    void endOfInterrupt() {
        int vector = isr.length() - 1;
        if (vector >= 0) {
            isr.clear(vector);
            if (tmr.get(vector) && (svr & 1 << 12) == 0) {
                lastBroadcast = vector;
            }
        }
    }

    FireOutcome timerExpired() {
        boolean masked = (lvtTimer & 1 << 16) != 0;
        return masked ? FireOutcome.DROPPED_DISABLED : accept(lvtTimer & 0xff, false);
    }

    boolean tryHalt() {
        halted = !canDeliver();
        return halted;
    }

    void writeSvr(int value) {
        svr = value & 0x11ff;
        if ((svr & 1 << 8) == 0) {
            lvtTimer |= 1 << 16;
        }
    }

    void writeLvtTimer(int value) {
        lvtTimer = value & 0x100ff;
        if ((svr & 1 << 8) == 0) {
            lvtTimer |= 1 << 16;
        }
    }

    void writeErrorStatus() {
        errorStatus = errors;
        errors = 0;
    }

    void reset() {
        irr.clear();
        isr.clear();
        tmr.clear();
        tpr = 0;
        svr = 0xff;
        lvtTimer = 1 << 16;
        errorStatus = 0;
        committed = false;
    }

    static int word(BitSet bits, int index) {
        int word = 0;
        for (int bit = 0; bit < 32; bit++) {
            word |= bits.get(index * 32 + bit) ? 1 << bit : 0;
        }
        return word;
    }
}
