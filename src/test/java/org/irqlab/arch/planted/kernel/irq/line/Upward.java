package org.irqlab.arch.planted.kernel.irq.line;

import org.irqlab.arch.planted.kernel.irq.ApicUser;

/** Closes a cycle with the package around its own. */
public final class Upward {
    public ApicUser user;
}
