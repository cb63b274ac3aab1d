package org.irqlab.hw.intc.gicv3.its;

/**
 * The commands of a GICv3 interrupt translation service, without those for virtual interrupts.
 *
 * @see "Arm IHI 0069, The ITS command interface, ITS commands"
 */
public enum ItsOpcode {
    /** Another collection for one event; its pending state goes along. */
    MOVI(0x01),
    /** As a message of the device. */
    INT(0x03),
    /** Takes the pending state of one event away. */
    CLEAR(0x04),
    /** Waits until what was done for one redistributor is complete. */
    SYNC(0x05),
    /** A device's translation table, or none. */
    MAPD(0x08),
    /** A collection's redistributor, or none. */
    MAPC(0x09),
    /** An event's LPI and collection. */
    MAPTI(0x0a),
    /** An event's collection; its LPI has the number of the event. */
    MAPI(0x0b),
    /** Reads the configuration of one event's LPI again. */
    INV(0x0c),
    /** Reads the configuration of all LPIs of one collection again. */
    INVALL(0x0d),
    /** Moves all that is pending from one redistributor to another. */
    MOVALL(0x0e),
    /** Takes an event's entry away, and its pending state. */
    DISCARD(0x0f);

    private static final ItsOpcode[] BY_CODE = new ItsOpcode[16];

    static {
        for (ItsOpcode opcode : values()) {
            BY_CODE[opcode.code] = opcode;
        }
    }

    private final int code;

    ItsOpcode(int code) {
        this.code = code;
    }

    /** Bits 7:0 of a command. */
    public int code() {
        return code;
    }

    /** The command with this code, or {@code null} if there is none. */
    static ItsOpcode of(int code) {
        return code < BY_CODE.length ? BY_CODE[code] : null;
    }
}
