package org.irqlab.hw.pci;

import org.irqlab.hw.intc.FireOutcome;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** An MSI-X table as the specification words it: separate masks and pending bits. */
final class MsixTableModel {
    final boolean[] masked;
    final boolean[] pending;
    final MsiMessage[] messages;
    final List<MsiMessage> sent;
    boolean enabled;
    boolean functionMask;
    boolean busMaster = true;
    int released;
    int withoutBusMaster;

    MsixTableModel(int vectors) {
        this(vectors, new ArrayList<>());
    }

    MsixTableModel(int vectors, List<MsiMessage> sent) {
        this.sent = sent;
        masked = new boolean[vectors];
        pending = new boolean[vectors];
        messages = new MsiMessage[vectors];
        Arrays.fill(masked, true);
        Arrays.fill(messages, MsiMessage.NONE);
    }

    FireOutcome fire(int vector) {
        if (!enabled) {
            return FireOutcome.DROPPED_DISABLED;
        }
        if (functionMask || masked[vector] || (!busMaster && pending[vector])) {
            boolean before = pending[vector];
            pending[vector] = true;
            return before ? FireOutcome.COALESCED_MASKED : FireOutcome.PENDED_MASKED;
        }
        if (!busMaster) {
            withoutBusMaster++;
            return FireOutcome.DROPPED_DISABLED;
        }
        sent.add(messages[vector]);
        return FireOutcome.LATCHED;
    }

    void mask(int vector) {
        masked[vector] = true;
    }

    void unmask(int vector) {
        masked[vector] = false;
        release(vector);
    }

    void control(int value) {
        enabled = (value & 0x8000) != 0;
        functionMask = (value & 0x4000) != 0;
        releaseAll();
    }

    void busMaster(boolean on) {
        busMaster = on;
        releaseAll();
    }

    private void releaseAll() {
        for (int vector = 0; vector < masked.length; vector++) {
            release(vector);
        }
    }

    private void release(int vector) {
        if (enabled && busMaster && !functionMask && !masked[vector] && pending[vector]) {
            pending[vector] = false;
            sent.add(messages[vector]);
            released++;
        }
    }
}
