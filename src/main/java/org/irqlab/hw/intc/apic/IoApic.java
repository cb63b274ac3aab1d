package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.RegisterBlock;
import org.irqlab.hw.intc.WiredInputs;
import org.irqlab.hw.intc.apic.pin.InterruptPins;
import org.irqlab.hw.intc.apic.pin.PinCounts;
import org.irqlab.hw.intc.apic.pin.PinTarget;
import org.irqlab.hw.intc.apic.pin.StormDamping;

/**
 * An I/O APIC: 24 lines of devices, each with a redirection entry that says what it sends where.
 *
 * <p>Its registers are reached through an index register at 0x00 and a data window at 0x10; a
 * vector written to 0x40 ends level-triggered interrupts of this chip alone (directed end of
 * interrupt). Only accesses of 32 bits to these three have an effect. The rules of the pins are
 * {@link InterruptPins}'.
 *
 * <p>SIMPLIFIED: a message that no local APIC took is not tried again: remote IRR is set by
 * sending.
 *
 * <p><b>Threads.</b> Any. The index register is one for all CPUs, so software that shares the chip
 * locks, as on hardware.
 *
 * @see "Intel 82093AA I/O Advanced Programmable Interrupt Controller"
 */
@HotPath
public final class IoApic implements RegisterBlock, EoiBroadcast {
    /** Number of pins. */
    public static final int PINS = 24;

    /** Offsets of the index register, the data window and the directed end of interrupt. */
    public static final int INDEX = 0x00;

    public static final int WINDOW = 0x10;
    public static final int DIRECTED_EOI = 0x40;

    /** Registers behind the window: id, version, arbitration, and the first redirection entry. */
    public static final int ID = 0;

    public static final int VERSION = 1;
    public static final int ARBITRATION = 2;
    public static final int REDIRECTION = 0x10;

    private static final int VERSION_VALUE = (PINS - 1) << 16 | 0x20;
    private static final int ID_BITS = 0x0f00_0000;
    private static final long LOW_WRITABLE = 0x1_afff;
    private static final long SIZE = 0x1000;

    private final InterruptPins pins;
    private final GuestErrorSink errors;
    // Any thread; whoever uses them together holds a lock of the guest.
    private volatile int index;
    private volatile int id;

    IoApic(PinTarget target, StormDamping damping, GuestErrorSink errors) {
        pins = new InterruptPins(PINS, target, damping);
        this.errors = errors;
    }

    /**
     * Drives the wire of a pin high or low; which of them is active is for the entry to say.
     *
     * @return as {@link InterruptPins#drive}
     */
    public FireOutcome drive(int pin, boolean high) {
        if (pin < 0 || pin >= PINS) {
            throw new IllegalArgumentException("pin=" + pin + " not in 0..PINS-1=" + (PINS - 1));
        }
        return pins.drive(pin, high);
    }

    @Override
    public void ended(int vector) {
        pins.ended(vector);
    }

    /** The pins as the kernel uses them. */
    public WiredInputs inputs() {
        return new IoApicInputs(this);
    }

    /** The redirection entry of a pin. */
    public long entry(int pin) {
        return pins.entry(pin);
    }

    /** Writes both halves of a redirection entry at once; read-only bits stay. */
    public void writeEntry(int pin, long value) {
        pins.write(pin, value, LOW_WRITABLE | InterruptPins.DESTINATION);
    }

    /** Whether the line of a pin is active. */
    public boolean lineActive(int pin) {
        return pins.lineActive(pin);
    }

    /** What became of levels that could not be sent at once. */
    public PinCounts counts() {
        return pins.counts();
    }

    /**
     * Messages that a write, an end of interrupt or the damping sent, by outcome: with the outcomes
     * of all who drive lines, all messages of this chip.
     */
    public long sentLater(FireOutcome outcome) {
        return pins.later(outcome);
    }

    /** When {@link #service} next has something to do, or {@code Long.MAX_VALUE}. */
    public long nextDueNs() {
        return pins.nextDueNs();
    }

    /** Sends what the damping of storms held back until {@code nowNs}. */
    public void service(long nowNs) {
        pins.service(nowNs);
    }

    @Override
    public long size() {
        return SIZE;
    }

    @Override
    public long read(int cpu, long offset, int bytes) {
        if (bytes != Integer.BYTES) {
            errors.guestError(GuestError.BAD_ACCESS_SIZE, cpu, offset, 0);
            return 0;
        }
        return switch ((int) offset) {
            case INDEX -> index;
            case WINDOW -> Integer.toUnsignedLong(readWindow(cpu));
            case DIRECTED_EOI -> {
                errors.guestError(GuestError.WRITE_ONLY_REGISTER, cpu, offset, 0);
                yield 0;
            }
            default -> {
                errors.guestError(GuestError.RESERVED_REGISTER, cpu, offset, 0);
                yield 0;
            }
        };
    }

    private int readWindow(int cpu) {
        final int index = this.index;
        if (isEntry(index)) {
            long entry = pins.entry((index - REDIRECTION) >> 1);
            return (int) ((index & 1) == 0 ? entry : entry >>> Integer.SIZE);
        }
        return switch (index) {
            // The arbitration id is loaded with the id.
            case ID, ARBITRATION -> id;
            case VERSION -> VERSION_VALUE;
            default -> {
                errors.guestError(GuestError.RESERVED_REGISTER, cpu, index, 0);
                yield 0;
            }
        };
    }

    private static boolean isEntry(int index) {
        return index >= REDIRECTION && index < REDIRECTION + 2 * PINS;
    }

    @Override
    public void write(int cpu, long offset, int bytes, long value) {
        if (bytes != Integer.BYTES) {
            errors.guestError(GuestError.BAD_ACCESS_SIZE, cpu, offset, value);
            return;
        }
        switch ((int) offset) {
            case INDEX -> index = (int) value & 0xff;
            case WINDOW -> writeWindow(cpu, (int) value);
            case DIRECTED_EOI -> pins.ended((int) value & 0xff);
            default -> errors.guestError(GuestError.RESERVED_REGISTER, cpu, offset, value);
        }
    }

    private void writeWindow(int cpu, int value) {
        final int index = this.index;
        if (isEntry(index)) {
            boolean low = (index & 1) == 0;
            long half = low ? Integer.toUnsignedLong(value) : (long) value << Integer.SIZE;
            long writable = low ? LOW_WRITABLE : InterruptPins.DESTINATION;
            pins.write((index - REDIRECTION) >> 1, half, writable);
            return;
        }
        switch (index) {
            case ID -> id = value & ID_BITS;
            case VERSION, ARBITRATION ->
                    errors.guestError(GuestError.READ_ONLY_REGISTER, cpu, index, value);
            default -> errors.guestError(GuestError.RESERVED_REGISTER, cpu, index, value);
        }
    }
}
