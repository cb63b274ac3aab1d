package org.irqlab.hw.intc.gicv3;

/**
 * What the builder of a GIC may choose.
 *
 * @param spis shared peripheral interrupts, a multiple of 32 or all 988
 * @param lpis locality-specific peripheral interrupts, from 8192 on; 0 for none
 * @param priorityBits implemented bits of a priority, 4 to 8: the lower ones read as 0
 * @param cluster CPUs that share the upper three affinity levels, 1 to 256
 * @param distributorAddress where the distributor's registers are in memory
 */
public record GicSettings(
        int spis, int lpis, int priorityBits, int cluster, long distributorAddress) {
    /**
     * All SPIs, 8192 LPIs, 32 priorities and clusters of 16 CPUs as KVM's virtual GIC has them; the
     * distributor at the address of QEMU's virt board.
     */
    public static final GicSettings DEFAULT =
            new GicSettings(IntIds.MAX_SPIS, 8192, 5, 16, 0x0800_0000L);

    /** The one priority that Linux gives to ordinary interrupts (GICV3_PRIO_IRQ). */
    static final int LINUX_PRIORITY = 0xc0;

    static final int MAX_LPIS = 65_536;
    private static final int BANK = 32;

    /** Checks the ranges. */
    public GicSettings {
        if (spis < 0 || spis > IntIds.MAX_SPIS || spis % BANK != 0 && spis != IntIds.MAX_SPIS) {
            throw new IllegalArgumentException(
                    "spis=" + spis + " not a multiple of 32 in 0.." + IntIds.MAX_SPIS);
        }
        check("lpis", lpis, 0, MAX_LPIS);
        check("priorityBits", priorityBits, 4, Byte.SIZE);
        check("cluster", cluster, 1, 256);
    }

    private static void check(String name, int value, int low, int high) {
        if (value < low || value > high) {
            throw new IllegalArgumentException(name + "=" + value + " not in " + low + ".." + high);
        }
    }

    /** The bits of a priority that exist. */
    int priorityMask() {
        return 0xff << Byte.SIZE - priorityBits & 0xff;
    }

    /**
     * The bits of a priority that can make an interrupt preempt another, as Linux reads them from
     * the smallest binary point that sticks.
     */
    int preemptionBits() {
        return Math.min(priorityBits, 7);
    }

    /** Bits that hold every INTID. */
    int intidBits() {
        int last = lpis == 0 ? IntIds.SPURIOUS : IntIds.FIRST_LPI + lpis - 1;
        return Integer.SIZE - Integer.numberOfLeadingZeros(last);
    }
}
