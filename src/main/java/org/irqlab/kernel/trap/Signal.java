package org.irqlab.kernel.trap;

/** The signals that exceptions send. */
public enum Signal {
    SIGILL(4),
    SIGTRAP(5),
    SIGBUS(7),
    SIGFPE(8),
    SIGSEGV(11);

    private final int number;

    Signal(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
