package org.irqlab.hw.pci;

import org.irqlab.hw.intc.InterruptController;

/**
 * A PCI function with an MSI-X capability.
 *
 * @param address where it sits
 * @param msix its table, which sends under the function's requester id
 */
public record PciFunction(PciAddress address, MsixTable msix) {
    /** A function after reset, whose messages go to {@code controller}. */
    public static PciFunction of(PciAddress address, int vectors, InterruptController controller) {
        int requester = address.requesterId();
        var sink = controller.requester(requester);
        return new PciFunction(address, new MsixTable(vectors, sink, requester));
    }
}
