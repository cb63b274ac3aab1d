package org.irqlab.hw.intc.apic.pin;

import org.irqlab.hw.intc.FireOutcome;

/** Where the interrupts of {@link InterruptPins} go. */
@FunctionalInterface
public interface PinTarget {
    /** Sends what {@code entry} asks for. */
    FireOutcome send(int pin, long entry);
}
