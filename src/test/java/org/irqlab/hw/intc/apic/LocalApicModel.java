package org.irqlab.hw.intc.apic;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.pin.PinModel;

import java.util.BitSet;

/** A local APIC as one reads it in a manual: bit sets and nothing concurrent. */
final class LocalApicModel {
    final BitSet irr = new BitSet();
    final BitSet isr = new BitSet();
    final BitSet tmr = new BitSet();
    int tpr;
    int svr = 0xff;
    int lvtTimer = 1 << 16;
    int lvtThermal = 1 << 16;
    int lvtPerformance = 1 << 16;
    int lvtError = 1 << 16;
    final PinModel[] lints = {
        new PinModel(this::fromPin, 0), new PinModel(this::fromPin, 0),
    };
    int errors;
    int errorStatus;
    boolean committed;
    boolean halted;
    int kicks;
    int lastBroadcast = -1;
    int errorInterrupts;
    int smis;
    int guestErrors;

    FireOutcome accept(int vector, boolean level) {
        if (vector < 16 || vector > 255) {
            recordError(1 << 6);
            return FireOutcome.DROPPED_ILLEGAL_VECTOR;
        }
        boolean before = irr.get(vector);
        irr.set(vector);
        tmr.set(vector, level);
        if (halted) {
            halted = false;
            kicks++;
        }
        return before ? FireOutcome.COALESCED : FireOutcome.LATCHED;
    }

    private void recordError(int bit) {
        boolean isNew = (errors & bit) == 0;
        errors |= bit;
        if (isNew && (lvtError & 1 << 16) == 0) {
            boolean latched = accept(lvtError & 0xff, false) == FireOutcome.LATCHED;
            errorInterrupts += latched ? 1 : 0;
        }
    }

    private FireOutcome fromPin(PinModel pin) {
        return deliver(pin.vector, pin.mode, pin.isLevel());
    }

    private FireOutcome deliver(int vector, int mode, boolean level) {
        smis += mode == 2 ? 1 : 0;
        return mode <= 1 ? accept(vector, level) : FireOutcome.DROPPED_NO_TARGET;
    }

    FireOutcome localInterrupt(Lvt entry) {
        int value = entry == Lvt.THERMAL ? lvtThermal : lvtPerformance;
        if ((value & 1 << 16) != 0) {
            return FireOutcome.DROPPED_DISABLED;
        }
        if (entry == Lvt.PERFORMANCE) {
            lvtPerformance |= 1 << 16;
        }
        return deliver(value & 0xff, value >> 8 & 7, false);
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
            if (tmr.get(vector)) {
                lints[0].ended(vector);
                lints[1].ended(vector);
                lastBroadcast = (svr & 1 << 12) == 0 ? vector : lastBroadcast;
            }
        } else {
            guestErrors++;
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
            lvtThermal |= 1 << 16;
            lvtPerformance |= 1 << 16;
            lvtError |= 1 << 16;
            lints[0].mask();
            lints[1].mask();
        }
    }

    void writeLvt(Lvt entry, int written) {
        int value = (svr & 1 << 8) == 0 ? written | 1 << 16 : written;
        switch (entry) {
            case TIMER -> lvtTimer = value & 0x700ff;
            case THERMAL -> lvtThermal = value & 0x107ff;
            case PERFORMANCE -> lvtPerformance = value & 0x107ff;
            case LINT0 -> lints[0].writeLow(value & ~(1 << 11));
            case LINT1 -> lints[1].writeLow(value & ~(1 << 11));
            case ERROR -> lvtError = value & 0x100ff;
        }
    }

    int lvt(Lvt entry) {
        return switch (entry) {
            case TIMER -> lvtTimer;
            case THERMAL -> lvtThermal;
            case PERFORMANCE -> lvtPerformance;
            case LINT0 -> lints[0].low();
            case LINT1 -> lints[1].low();
            case ERROR -> lvtError;
        };
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
        lvtThermal = 1 << 16;
        lvtPerformance = 1 << 16;
        lvtError = 1 << 16;
        lints[0].writeLow(1 << 16);
        lints[1].writeLow(1 << 16);
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
