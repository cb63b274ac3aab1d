package org.irqlab.hw.intc;

/**
 * What a guest, or a device it has programmed, did against the rules of the architecture.
 *
 * <p>None of these stops the machine: each has its architected result, a count and a trace event.
 */
public enum GuestError {
    /** A vector, INTID or pin that the architecture reserves or that this controller lacks. */
    ILLEGAL_VECTOR,
    /** A message or command names a device, an event or a collection without an entry. */
    UNMAPPED_EVENT,
    /** An end of interrupt with nothing in service. */
    END_WITHOUT_ACKNOWLEDGE,
    /** An end of interrupt that is not the one of the most urgent interrupt in service. */
    END_OUT_OF_ORDER,
    /** A register offset that holds nothing. */
    RESERVED_REGISTER,
    /** An access of a size or an alignment that the register does not allow. */
    BAD_ACCESS_SIZE,
    /** A write to a register that can be read only. */
    READ_ONLY_REGISTER,
    /** A read of a register that can be written only. */
    WRITE_ONLY_REGISTER,
    /** A value with reserved bits set, or with a reserved encoding. */
    RESERVED_VALUE,
    /** A command that the device does not know, or that its tables have no room for. */
    BAD_COMMAND
}
