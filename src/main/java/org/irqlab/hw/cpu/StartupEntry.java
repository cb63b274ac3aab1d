package org.irqlab.hw.cpu;

/** What a CPU does after INIT, at its start-up: owned by the hardware. */
@FunctionalInterface
public interface StartupEntry {
    /**
     * Starts at {@code page}, or ends a wait that was {@link #abandoned} if that is negative:
     * interrupts off and everything reset; on top of what INIT interrupted.
     *
     * @param interruptedFlag the interrupt flag of what INIT interrupted
     */
    void start(int page, boolean interruptedFlag);

    /** Whether it is pointless to wait for the start-up any longer. */
    default boolean abandoned() {
        return false;
    }
}
