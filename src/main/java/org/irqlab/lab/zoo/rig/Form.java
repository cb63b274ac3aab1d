package org.irqlab.lab.zoo.rig;

/** With the bug, or without it. */
public enum Form {
    BUGGY("buggy"),
    FIXED("fixed");

    private final String text;

    Form(String text) {
        this.text = text;
    }

    public boolean buggy() {
        return this == BUGGY;
    }

    /** Returns the name in results. */
    public String text() {
        return text;
    }
}
