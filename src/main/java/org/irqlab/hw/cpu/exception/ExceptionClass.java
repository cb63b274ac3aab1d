package org.irqlab.hw.cpu.exception;

/**
 * What an exception saves as its return address, and whether the interrupted code goes on.
 *
 * @see "Intel SDM volume 3, Interrupt and Exception Handling: Exception Classifications"
 */
public enum ExceptionClass {
    /** Saves the instruction that raised it, which is executed again. */
    FAULT,
    /** Saves the next instruction. */
    TRAP,
    /** Saves an address that need not mean anything; the interrupted code does not go on. */
    ABORT,
    /** Asynchronous: saves the instruction that is executed next. */
    INTERRUPT;

    /**
     * Returns what is saved for an event of the instruction {@code at} that {@code next} follows.
     */
    public int savedPc(int at, int next) {
        return switch (this) {
            case FAULT, ABORT -> at;
            case TRAP, INTERRUPT -> next;
        };
    }
}
