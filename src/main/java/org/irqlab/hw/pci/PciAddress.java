package org.irqlab.hw.pci;

/**
 * Where a PCI function sits, printed as Linux prints it: {@code 0000:00:03.0}.
 *
 * @param domain 0 to 0xffff
 * @param bus 0 to 0xff
 * @param device 0 to 0x1f
 * @param function 0 to 7
 */
public record PciAddress(int domain, int bus, int device, int function) {
    public PciAddress {
        check("domain", domain, 0xffff);
        check("bus", bus, 0xff);
        check("device", device, 0x1f);
        check("function", function, 7);
    }

    private static void check(String name, int value, int limit) {
        if (value < 0 || value > limit) {
            throw new IllegalArgumentException(name + "=" + value + " not in 0..LIMIT=" + limit);
        }
    }

    /** The id that the function's messages carry: bus 15:8, device 7:3, function 2:0. */
    public int requesterId() {
        return bus << 8 | device << 3 | function;
    }

    @Override
    public String toString() {
        return "%04x:%02x:%02x.%x".formatted(domain, bus, device, function);
    }
}
