package org.irqlab.hw.cpu.exception;

/** What one step of a {@link GuestCore} came to. */
public enum StepResult {
    RUNNING,
    /** The program has come to its {@link GuestInstruction.Exit}. */
    EXITED,
    /** A handler did not return to the program. */
    ENDED,
    /** The CPU has shut down; the program is lost. */
    SHUTDOWN
}
