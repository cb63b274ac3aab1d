package org.irqlab.hw.intc;

/**
 * What reaches a CPU past its interrupt requests, other than NMIs: INIT, start-up, and external
 * interrupts, whose vector an external controller has.
 *
 * <p><b>Threads.</b> The CPU's owner.
 */
public interface ProcessorSignals {
    /** Returned by {@link #takeStartup} when there is none. */
    int NO_STARTUP = -1;

    /** A CPU that is sent no signals. */
    ProcessorSignals NONE =
            new ProcessorSignals() {
                @Override
                public boolean any() {
                    return false;
                }

                @Override
                public boolean takeInit() {
                    return false;
                }

                @Override
                public int takeStartup() {
                    return NO_STARTUP;
                }

                @Override
                public boolean takeExternal() {
                    return false;
                }
            };

    /** Whether anything waits to be taken. */
    boolean any();

    /** Takes an INIT: the CPU resets itself, and does nothing until a start-up. */
    boolean takeInit();

    /**
     * Takes a start-up: its page number, or {@link #NO_STARTUP} if there is none or an INIT is
     * first.
     */
    int takeStartup();

    /** Takes an external interrupt, which is not ended at this CPU's port. */
    boolean takeExternal();
}
