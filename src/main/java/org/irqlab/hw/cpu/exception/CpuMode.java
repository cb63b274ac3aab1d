package org.irqlab.hw.cpu.exception;

/** How privileged the running code is. */
public enum CpuMode {
    /** Level 3, EL0. */
    USER,
    /** Level 0, EL1. */
    KERNEL
}
