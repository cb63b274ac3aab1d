package org.irqlab.hw.pci;

/**
 * The MSI-X capability: the control word of a table, and where in which BAR the table and its
 * pending bit array are.
 *
 * @param table what it controls
 * @param bar the BAR that shows table and pending bits, an {@link MsixBar}; 0 to 5
 * @see "PCI Express Base Specification, MSI-X Capability and Table Structures"
 */
public record MsixCapability(MsixTable table, int bar) implements PciCapability {
    /** Capability id. */
    public static final int ID = 0x11;

    private static final int CONTROL = 0;
    private static final int TABLE = 1;
    private static final int PENDING_BITS = 2;

    public MsixCapability {
        PciBar.checkIndex(bar);
    }

    @Override
    public int id() {
        return ID;
    }

    @Override
    public int words() {
        return PENDING_BITS + 1;
    }

    @Override
    public int read(int index) {
        return switch (index) {
            case CONTROL -> table.control() << Short.SIZE;
            case TABLE -> bar;
            case PENDING_BITS -> MsixBar.pendingOffset(table) | bar;
            default -> 0;
        };
    }

    @Override
    public boolean write(int index, int value, int lanes) {
        if (index == CONTROL && lanes >>> Short.SIZE != 0) {
            int merged = read(CONTROL) & ~lanes | value & lanes;
            table.writeControl(merged >>> Short.SIZE);
        }
        return true;
    }

    @Override
    public boolean enabled() {
        return table.enabled();
    }

    @Override
    public void busMaster(boolean on) {
        table.busMaster(on);
    }
}
