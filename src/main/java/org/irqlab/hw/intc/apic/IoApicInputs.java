package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.InputTrigger;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.hw.intc.apic.pin.InterruptPins;

/**
 * The pins of an I/O APIC, by their redirection entries: fixed delivery to one CPU by its id.
 *
 * <p>An entry is read, changed and written back; what hardware changes in it meanwhile is read-only
 * to the write.
 */
final class IoApicInputs implements WiredInputs {
    private static final long VECTOR = 0xff;
    private static final long MODES = 0xf << 8;
    private static final long POLARITY_LOW = 1 << 13;
    private static final long REMOTE_IRR = 1 << 14;
    private static final long LEVEL = 1 << 15;
    private static final int DESTINATION_SHIFT = 56;

    private final IoApic chip;

    IoApicInputs(IoApic chip) {
        this.chip = chip;
    }

    private void change(int pin, long clear, long set) {
        chip.writeEntry(pin, chip.entry(pin) & ~clear | set);
    }

    @Override
    public String name() {
        return "IO-APIC";
    }

    @Override
    public int first() {
        return 0;
    }

    @Override
    public int count() {
        return IoApic.PINS;
    }

    @Override
    public void mask(int input) {
        change(input, 0, InterruptPins.MASKED);
    }

    @Override
    public void unmask(int input) {
        change(input, InterruptPins.MASKED, 0);
    }

    @Override
    public boolean setTrigger(int input, InputTrigger trigger) {
        long set = (trigger.level() ? LEVEL : 0) | (trigger.activeLow() ? POLARITY_LOW : 0);
        change(input, LEVEL | POLARITY_LOW, set);
        return true;
    }

    @Override
    public void route(int input, int cpu, int vector) {
        if (cpu >= ApicController.MAX_CPUS) {
            throw new IllegalArgumentException(
                    "cpu=" + cpu + " >= MAX_CPUS=" + ApicController.MAX_CPUS);
        }
        long destination = (long) cpu << DESTINATION_SHIFT;
        change(input, VECTOR | MODES | InterruptPins.DESTINATION, vector | destination);
    }

    /** Writes the pin's vector to the directed end of interrupt. */
    @Override
    public void end(int input) {
        chip.ended((int) (chip.entry(input) & VECTOR));
    }

    /** An I/O APIC has no such bit: software sends the vector itself. */
    @Override
    public boolean setPending(int input) {
        return false;
    }

    /** Whether remote IRR is set; edges leave no trace. */
    @Override
    public boolean inFlight(int input) {
        return (chip.entry(input) & REMOTE_IRR) != 0;
    }

    @Override
    @HotPath
    public FireOutcome drive(int input, boolean high) {
        return chip.drive(input, high);
    }
}
