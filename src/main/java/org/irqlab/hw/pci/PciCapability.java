package org.irqlab.hw.pci;

/**
 * A capability in configuration space through which a function sends messages.
 *
 * <p>Its registers are 32-bit words. Of word 0 it owns the upper half, the message control; the
 * lower half, id and link, is the configuration space's.
 *
 * <p><b>Threads.</b> Any; {@link #write} is called under the lock of the configuration space.
 */
public sealed interface PciCapability permits MsiCapability, MsixCapability {
    /** Bits of word 0 that hold id and link. */
    int HEADER_MASK = 0xffff;

    /** The capability id, as PCI assigns it. */
    int id();

    /** How many words its registers take. */
    int words();

    /** Reads word {@code index}. */
    int read(int index);

    /**
     * Writes the bits of word {@code index} that are set in {@code lanes}: whole bytes.
     *
     * @return whether {@code value} was one that the register allows
     */
    boolean write(int index, int value, int lanes);

    /** Whether the function sends its interrupts through this capability. */
    boolean enabled();

    /** Bus master enable of the function; while it is off, no message leaves. */
    void busMaster(boolean on);
}
