package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.pin.InterruptPins;
import org.irqlab.hw.intc.apic.pin.PinCounts;
import org.irqlab.hw.intc.apic.pin.StormDamping;

/**
 * The local vector table: its entries live with whoever reads them, the pins' apart from the error
 * entry and both apart from what only the owner reads.
 *
 * <p><b>Threads.</b> {@link #drive}: any. The rest: the CPU's owner.
 */
@HotPath
final class LocalVectorTable {
    private final OwnerRegisters own;
    private final RequestRegister requests;
    private final InterruptPins pins;
    private final ApicBus bus;
    private final int cpu;

    LocalVectorTable(int cpu, ApicBus bus, OwnerRegisters own, RequestRegister requests) {
        this.cpu = cpu;
        this.bus = bus;
        this.own = own;
        this.requests = requests;
        pins = new InterruptPins(2, (pin, entry) -> bus.deliver(cpu, entry), StormDamping.OFF);
    }

    private static int pin(Lvt entry) {
        return entry == Lvt.LINT0 ? 0 : 1;
    }

    int read(Lvt entry) {
        return switch (entry) {
            case TIMER, THERMAL, PERFORMANCE -> own.lvt(entry);
            case LINT0, LINT1 -> (int) pins.entry(pin(entry));
            case ERROR -> requests.lvtError();
        };
    }

    void write(Lvt entry, int value) {
        int forced = own.softwareEnabled() ? 0 : Lvt.MASKED;
        int kept = value & entry.writable() | forced;
        switch (entry) {
            case TIMER, THERMAL, PERFORMANCE -> own.lvt(entry, kept);
            case LINT0, LINT1 -> pins.write(pin(entry), kept, entry.writable());
            case ERROR -> requests.lvtError(kept);
        }
    }

    /** Software-disabled: masks every entry. */
    void maskAll() {
        own.lvt(Lvt.TIMER, own.lvt(Lvt.TIMER) | Lvt.MASKED);
        own.lvt(Lvt.THERMAL, own.lvt(Lvt.THERMAL) | Lvt.MASKED);
        own.lvt(Lvt.PERFORMANCE, own.lvt(Lvt.PERFORMANCE) | Lvt.MASKED);
        pins.write(0, InterruptPins.MASKED, InterruptPins.MASKED);
        pins.write(1, InterruptPins.MASKED, InterruptPins.MASKED);
        requests.lvtError(requests.lvtError() | Lvt.MASKED);
    }

    /** INIT: every entry is masked and otherwise 0; the owner's are reset with the owner. */
    void reset() {
        pins.write(0, InterruptPins.MASKED, Lvt.LINT0.writable());
        pins.write(1, InterruptPins.MASKED, Lvt.LINT1.writable());
        requests.lvtError(Lvt.MASKED);
    }

    FireOutcome drive(Lvt lint, boolean high) {
        return pins.drive(pin(lint), high);
    }

    /** A level has ended: for the pins the end needs no broadcast. */
    void ended(int vector) {
        pins.ended(vector);
    }

    FireOutcome localInterrupt(Lvt entry) {
        int value = own.lvt(entry);
        if ((value & Lvt.MASKED) != 0) {
            return FireOutcome.DROPPED_DISABLED;
        }
        if (entry == Lvt.PERFORMANCE) {
            own.lvt(entry, value | Lvt.MASKED);
        }
        return bus.deliver(cpu, value);
    }

    PinCounts pinCounts() {
        return pins.counts();
    }

    /** Messages of the pins that were sent later than the line was driven. */
    long later(FireOutcome outcome) {
        return pins.later(outcome);
    }
}
