package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.irq.IrqResult;

/**
 * What became of a request for a line.
 *
 * @param action the handler on its line; null unless {@code result} is OK
 */
public record RequestOutcome(IrqResult result, IrqAction action) {
    static RequestOutcome refused(IrqResult why) {
        return new RequestOutcome(why, null);
    }

    public boolean ok() {
        return result.ok();
    }
}
