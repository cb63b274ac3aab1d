package org.irqlab.hw.pci;

/**
 * What a function says of itself in the header of its configuration space.
 *
 * @param vendor 16 bits
 * @param device 16 bits
 * @param classCode base class, subclass and interface: 24 bits
 * @param revision 8 bits
 * @param pin which interrupt pin it uses
 */
public record PciHeader(int vendor, int device, int classCode, int revision, Pin pin) {
    /** The interrupt pin register, in the order of its codes. */
    public enum Pin {
        NONE,
        INTA,
        INTB,
        INTC,
        INTD
    }

    public PciHeader {
        check("vendor", vendor, 0xffff);
        check("device", device, 0xffff);
        check("classCode", classCode, 0xff_ffff);
        check("revision", revision, 0xff);
    }

    private static void check(String name, int value, int limit) {
        if (value < 0 || value > limit) {
            throw new IllegalArgumentException(name + "=" + value + " not in 0..LIMIT=" + limit);
        }
    }
}
