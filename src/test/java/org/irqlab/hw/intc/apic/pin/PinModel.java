package org.irqlab.hw.intc.apic.pin;

import org.irqlab.hw.intc.FireOutcome;

import java.util.EnumMap;
import java.util.Map;
import java.util.function.Function;

/** An interrupt pin as one reads it in a manual: fields and nothing concurrent. */
public final class PinModel {
    public int vector;
    public int mode;
    public boolean logical;
    public boolean activeLow;
    public boolean level;
    public boolean masked = true;
    public boolean remoteIrr;
    public int destination;
    public boolean high;
    public boolean held;
    public boolean waits;
    public int resends;
    public long heldSent;
    public long withdrawn;
    public long damped;
    public final Map<FireOutcome, Integer> later = new EnumMap<>(FireOutcome.class);

    private final Function<PinModel, FireOutcome> target;
    private final int resendLimit;

    public PinModel(Function<PinModel, FireOutcome> target, int resendLimit) {
        this.target = target;
        this.resendLimit = resendLimit;
    }

    public boolean active() {
        return high != activeLow;
    }

    public boolean isLevel() {
        return level && mode <= 1;
    }

    public FireOutcome drive(boolean toHigh) {
        boolean was = active();
        high = toHigh;
        if (!active()) {
            withdraw();
            resends = 0;
            return FireOutcome.IGNORED_NO_EDGE;
        }
        if (!isLevel()) {
            if (was) {
                return FireOutcome.IGNORED_NO_EDGE;
            }
            return masked ? FireOutcome.IGNORED_MASKED_EDGE : target.apply(this);
        }
        if (masked) {
            held |= !was;
            return was ? FireOutcome.COALESCED_MASKED : FireOutcome.PENDED_MASKED;
        }
        if (due()) {
            return send();
        }
        return FireOutcome.COALESCED;
    }

    private boolean due() {
        return isLevel() && active() && !masked && !remoteIrr && !waits;
    }

    private FireOutcome send() {
        remoteIrr = true;
        if (held) {
            held = false;
            heldSent++;
        }
        return target.apply(this);
    }

    private void sendLater() {
        later.merge(send(), 1, Integer::sum);
    }

    private void withdraw() {
        if (held) {
            held = false;
            withdrawn++;
        }
    }

    /** Writes bits 31:0; read-only bits have no effect. */
    public void writeLow(int value) {
        vector = value & 0xff;
        mode = value >> 8 & 7;
        logical = (value & 1 << 11) != 0;
        activeLow = (value & 1 << 13) != 0;
        level = (value & 1 << 15) != 0;
        masked = (value & 1 << 16) != 0;
        wrote();
    }

    public void writeHigh(int value) {
        destination = value >>> 24;
        wrote();
    }

    public void mask() {
        masked = true;
        wrote();
    }

    private void wrote() {
        waits = false;
        resends = 0;
        remoteIrr &= isLevel();
        if (!isLevel() || !active()) {
            withdraw();
        }
        if (due()) {
            sendLater();
        }
    }

    public void ended(int ended) {
        if (remoteIrr && vector == ended) {
            remoteIrr = false;
            if (!due()) {
                resends = 0;
            } else if (resendLimit != 0 && resends == resendLimit) {
                resends = 0;
                waits = true;
                damped++;
            } else {
                resends += resendLimit != 0 ? 1 : 0;
                sendLater();
            }
        }
    }

    public void dampingOver() {
        if (waits) {
            waits = false;
            if (due()) {
                sendLater();
            }
        }
    }

    public int low() {
        return vector
                | mode << 8
                | (logical ? 1 << 11 : 0)
                | (activeLow ? 1 << 13 : 0)
                | (remoteIrr ? 1 << 14 : 0)
                | (level ? 1 << 15 : 0)
                | (masked ? 1 << 16 : 0);
    }

    public long entry() {
        return (long) destination << 56 | low();
    }
}
