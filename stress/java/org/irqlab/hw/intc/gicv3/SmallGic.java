package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.CpuKick;

import java.util.List;

/** The smallest machines, since each sample makes a new one. */
final class SmallGic {
    static final int SPI = 40;

    private static final GicSettings SETTINGS = new GicSettings(32, 0, 4, 16, 0);

    private SmallGic() {}

    /** A machine with {@link #SPI} and the next one enabled, edge-triggered and routed to CPU 0. */
    static GicController of(CpuKick... kicks) {
        var gic =
                GicController.asLinuxLeavesIt(
                        List.of(kicks),
                        SETTINGS,
                        LpiConfigTable.ALL_ENABLED,
                        (error, cpu, where, value) -> {});
        for (int intid = SPI; intid < SPI + 2; intid++) {
            gic.distributor().setEdge(intid, true);
            gic.distributor().enable(intid);
        }
        return gic;
    }

    static GicController ofTwo() {
        return of(() -> {}, () -> {});
    }
}
