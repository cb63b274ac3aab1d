package org.irqlab.kernel.irq.platform;

import org.irqlab.hw.intc.InputWire;
import org.irqlab.kernel.irq.IrqReturn;

/**
 * A device that pulls its wire as long as it has something to be served.
 *
 * <p>Any thread posts; handlers serve.
 */
final class LevelDevice {
    private final InputWire.Pull pull;
    // Guarded by this.
    private int waiting;
    private long posted;
    private long served;

    LevelDevice(InputWire wire) {
        pull = wire.connect();
    }

    synchronized void post(int items) {
        waiting += items;
        posted += items;
        pull.set(true);
    }

    /** The driver's top half: serves one item, and says whether there was one. */
    synchronized IrqReturn serve() {
        if (waiting == 0) {
            return IrqReturn.NONE;
        }
        served++;
        if (--waiting == 0) {
            pull.set(false);
        }
        return IrqReturn.HANDLED;
    }

    synchronized long posted() {
        return posted;
    }

    synchronized long served() {
        return served;
    }
}
