package org.irqlab.lab.zoo.rig;

/** Where in the system a bug lives. */
public enum Domain {
    INTERRUPTS("interrupts"),
    DEVICES("devices"),
    SOFTIRQS("softirqs"),
    WORK("work"),
    LOCKS("locks"),
    TIME("time"),
    CALLS("cross-CPU calls"),
    TRAPS("traps"),
    MEMORY("memory"),
    USER("user side");

    private final String text;

    Domain(String text) {
        this.text = text;
    }

    /** Returns the name in lists and results. */
    public String text() {
        return text;
    }
}
