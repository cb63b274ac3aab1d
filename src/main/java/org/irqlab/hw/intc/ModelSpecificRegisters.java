package org.irqlab.hw.intc;

/**
 * The model-specific registers that the CPU's instructions find in its interrupt controller.
 *
 * <p><b>Threads.</b> The CPU's owner.
 */
public interface ModelSpecificRegisters {
    /** No register at all: every access faults. */
    ModelSpecificRegisters NONE =
            new ModelSpecificRegisters() {
                @Override
                public boolean readable(int msr) {
                    return false;
                }

                @Override
                public long read(int msr) {
                    throw new IllegalStateException("no msr=" + msr);
                }

                @Override
                public MsrAccess write(int msr, long value) {
                    return MsrAccess.GENERAL_PROTECTION;
                }
            };

    /** Whether a read gives a value rather than a general protection fault. */
    boolean readable(int msr);

    /** Reads a {@link #readable} register. */
    long read(int msr);

    /** Writes a register. */
    MsrAccess write(int msr, long value);
}
