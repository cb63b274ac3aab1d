package org.irqlab.hw.cpu.exception;

/**
 * The 256 gates of an x86 machine; an entry that was never set is no gate.
 *
 * <p><b>Threads.</b> Filled before the CPUs run; changed later by a CPU that runs alone.
 *
 * @see "Intel SDM volume 3, Interrupt Descriptor Table (IDT)"
 */
public final class InterruptDescriptorTable {
    public static final int VECTORS = 256;

    private final Gate[] gates = new Gate[VECTORS];

    /**
     * Sets a gate, or removes it.
     *
     * @param gate or null
     */
    public void set(int vector, Gate gate) {
        gates[vector] = gate;
    }

    /** Returns the gate of {@code vector}, or null. */
    public Gate gate(int vector) {
        return gates[vector];
    }
}
