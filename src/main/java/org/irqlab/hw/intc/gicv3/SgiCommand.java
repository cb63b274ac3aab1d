package org.irqlab.hw.intc.gicv3;

/**
 * A value of ICC_SGI1R or ICC_SGI0R, taken apart.
 *
 * @param intid of the SGI
 * @param allButSelf bit 40: to every CPU but the sender, and the rest does not matter
 * @param cluster affinity levels 3 to 1 of the targets, level 0 being 0
 * @param range 47:44: the target list means the 16 CPUs from 16 × {@code range} of the cluster
 * @param targets 15:0: which of these
 */
record SgiCommand(int intid, boolean allButSelf, long cluster, int range, int targets) {
    static SgiCommand of(long value) {
        long affinity1 = value >>> 16 & 0xff;
        long affinity2 = value >>> 32 & 0xff;
        long affinity3 = value >>> 48 & 0xff;
        return new SgiCommand(
                (int) (value >>> 24) & 0xf,
                (value & 1L << 40) != 0,
                affinity3 << 32 | affinity2 << 16 | affinity1 << 8,
                (int) (value >>> 44) & 0xf,
                (int) value & 0xffff);
    }
}
