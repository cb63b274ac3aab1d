package org.irqlab.hw.intc.gicv3.its;

/**
 * One entry of the command queue: 32 bytes as four doublewords, and the fields in them.
 *
 * @param word0 opcode 7:0, DeviceID 63:32
 * @param word1 EventID 31:0, INTID 63:32; size of a translation table 4:0
 * @param word2 collection 15:0, redistributor 50:16 or address of a translation table 51:8, valid
 *     63
 * @param word3 second redistributor 50:16
 * @see "Arm IHI 0069, The ITS command interface, ITS commands"
 */
public record ItsCommand(long word0, long word1, long word2, long word3) {
    /** Bytes of one command. */
    public static final int BYTES = 32;

    static final long VALID = 1L << 63;
    static final int TARGET_SHIFT = 16;
    static final long ITT_ADDRESS = 0x000f_ffff_ffff_ff00L;
    private static final long TARGET = 0x7_ffff_ffffL;
    private static final int SIZE = 0x1f;

    /** Reads the command at {@code address}. */
    static ItsCommand read(ItsMemory memory, long address) {
        return new ItsCommand(
                memory.read64(address),
                memory.read64(address + 8),
                memory.read64(address + 16),
                memory.read64(address + 24));
    }

    /** Writes the command to {@code address}, a multiple of 8. */
    public void writeTo(ItsMemory memory, long address) {
        memory.write64(address, word0);
        memory.write64(address + 8, word1);
        memory.write64(address + 16, word2);
        memory.write64(address + 24, word3);
    }

    /** What to do, or {@code null} if no command has this code. */
    ItsOpcode opcode() {
        return ItsOpcode.of(code());
    }

    int code() {
        return (int) word0 & 0xff;
    }

    /** An unsigned number of 32 bits. */
    long deviceId() {
        return word0 >>> 32;
    }

    /** An unsigned number of 32 bits. */
    long eventId() {
        return word1 & 0xffff_ffffL;
    }

    /** An unsigned number of 32 bits. */
    long intId() {
        return word1 >>> 32;
    }

    /** Width of the EventIDs that a translation table has room for. */
    int eventIdBits() {
        return ((int) word1 & SIZE) + 1;
    }

    int collection() {
        return (int) word2 & 0xffff;
    }

    /** The redistributor, by its processor number. */
    long target() {
        return word2 >>> TARGET_SHIFT & TARGET;
    }

    /** Where MOVALL moves to, by its processor number. */
    long secondTarget() {
        return word3 >>> TARGET_SHIFT & TARGET;
    }

    boolean valid() {
        return (word2 & VALID) != 0;
    }
}
