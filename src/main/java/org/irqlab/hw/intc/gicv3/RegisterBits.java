package org.irqlab.hw.intc.gicv3;

/** Parts of 64-bit registers, as narrower accesses reach them. */
final class RegisterBits {
    /** Identification registers at the end of each frame: 0xffd0 to 0xffff. */
    static final int IDENTIFICATION = 0xffd0;

    /** GICD_PIDR0 of Arm's implementations. */
    static final int DISTRIBUTOR_PART = 0x92;

    /** GICR_PIDR0 of Arm's implementations. */
    static final int REDISTRIBUTOR_PART = 0x93;

    /** GICD_IIDR and GICR_IIDR: implemented by Arm. */
    static final int IIDR = 0x43b;

    private static final int PIDR0 = 4;
    private static final int[] IDENTITY = {
        0x44, 0x00, 0x00, 0x00, 0x00, 0xb4, 0x3b, 0x00, 0x0d, 0xf0, 0x05, 0xb1
    };

    private RegisterBits() {}

    private static long mask(int bytes) {
        return -1L >>> Long.SIZE - bytes * Byte.SIZE;
    }

    /** {@code bytes} of a register from byte {@code offset} on. */
    static long part(long register, long offset, int bytes) {
        return register >>> (int) offset * Byte.SIZE & mask(bytes);
    }

    /** The register after {@code bytes} from byte {@code offset} on were written. */
    static long merge(long register, long offset, int bytes, long value) {
        int shift = (int) offset * Byte.SIZE;
        return register & ~(mask(bytes) << shift) | (value & mask(bytes)) << shift;
    }

    /** An identification register; PIDR2 says GICv3. */
    static int identity(long offset, int part) {
        int index = (int) (offset - IDENTIFICATION) / Integer.BYTES;
        return index == PIDR0 ? part : IDENTITY[index];
    }
}
