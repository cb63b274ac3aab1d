package org.irqlab.hw.cpu.exception;

import org.irqlab.hw.cpu.VirtualCpu;

/** Whose program a core executes: the kernel's side, owned by the hardware. */
@FunctionalInterface
public interface GuestContext {
    /** Returns the CPU that the program is on; another one, maybe, after every handler. */
    VirtualCpu cpu();
}
