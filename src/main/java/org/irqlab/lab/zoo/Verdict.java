package org.irqlab.lab.zoo;

/** What one pair of runs came to. */
public enum Verdict {
    /** The detector fired with the bug and stayed silent without it. */
    CAUGHT("caught"),
    /** It stayed silent with the bug. */
    MISSED("missed"),
    /** It fired without the bug. */
    FALSE_ALARM("false alarm"),
    /** A run did not end as it should; it says nothing. */
    FAILED("failed");

    private final String text;

    Verdict(String text) {
        this.text = text;
    }

    public String text() {
        return text;
    }
}
