package org.irqlab.hw.intc.gicv3.its;

/**
 * What an interrupt translation service is built like.
 *
 * @param base guest-physical address of its registers, a multiple of 64 KB
 * @param deviceIdBits width of a DeviceID, 1 to 20: 16 holds a PCI requester id
 * @param eventIdBits width of an EventID, 1 to 16
 * @param intIdBits width of an INTID, 14 to 24: the redistributors' tables hold LPIs from 8192 to
 *     2<sup>{@code intIdBits}</sup> − 1
 */
public record ItsSpec(long base, int deviceIdBits, int eventIdBits, int intIdBits) {
    private static final long FRAME_BYTES = 0x1_0000;
    private static final int MAX_DEVICE_ID_BITS = 20;
    private static final int MAX_EVENT_ID_BITS = 16;
    private static final int MIN_INT_ID_BITS = 14;
    private static final int MAX_INT_ID_BITS = 24;

    public ItsSpec {
        if (base < 0 || base % FRAME_BYTES != 0) {
            throw new IllegalArgumentException(
                    "base=0x" + Long.toHexString(base) + " is not a multiple of 64 KB");
        }
        check("deviceIdBits", deviceIdBits, 1, MAX_DEVICE_ID_BITS);
        check("eventIdBits", eventIdBits, 1, MAX_EVENT_ID_BITS);
        check("intIdBits", intIdBits, MIN_INT_ID_BITS, MAX_INT_ID_BITS);
    }

    /** Widths that a PCI host bridge and Linux are content with. */
    public static ItsSpec at(long base) {
        return new ItsSpec(base, 16, 16, 16);
    }

    private static void check(String name, int bits, int least, int most) {
        if (bits < least || bits > most) {
            throw new IllegalArgumentException(
                    name + "=" + bits + " not in " + least + ".." + most);
        }
    }

    /** Where devices write their messages: the address of GITS_TRANSLATER. */
    public long translaterAddress() {
        return base + ItsRegisters.GITS_TRANSLATER;
    }

    /** The first INTID that is not an LPI any more. */
    int endOfLpis() {
        return 1 << intIdBits;
    }
}
