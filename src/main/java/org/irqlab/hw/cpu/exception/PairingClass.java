package org.irqlab.hw.cpu.exception;

/**
 * How an x86 exception goes together with one raised while it was being delivered.
 *
 * @see "Intel SDM volume 3, Interrupt 8: Double Fault Exception (#DF), conditions for generating"
 */
public enum PairingClass {
    BENIGN,
    CONTRIBUTORY,
    PAGE_FAULT,
    DOUBLE_FAULT;

    /** What becomes of two exceptions, the second raised by the delivery of the first. */
    public enum Pairing {
        /** The second is handled; the first comes again when its instruction is restarted. */
        SERIAL,
        DOUBLE_FAULT,
        /** A triple fault: the CPU shuts down. */
        SHUTDOWN
    }

    /**
     * Returns what becomes of an exception of this class when its delivery raises {@code second}.
     */
    public Pairing whileDelivering(PairingClass second) {
        if (second == BENIGN) {
            return Pairing.SERIAL;
        }
        return switch (this) {
            case BENIGN -> Pairing.SERIAL;
            case CONTRIBUTORY -> second == PAGE_FAULT ? Pairing.SERIAL : Pairing.DOUBLE_FAULT;
            case PAGE_FAULT -> Pairing.DOUBLE_FAULT;
            case DOUBLE_FAULT -> Pairing.SHUTDOWN;
        };
    }
}
