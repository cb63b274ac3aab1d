package org.irqlab.lab.measure;

import com.fasterxml.jackson.annotation.JsonValue;

/** The stretches of an arrival's way that are measured. */
public enum Stage {
    /** Scheduled arrival → first instruction of the top half. */
    ARRIVAL_TO_TOP("arrival_to_top", "arrival→top"),
    /** Top half, entry → exit, net of what interrupted it. */
    TOP("top", "top half"),
    /** Raise, wake or queueing of the bottom half → its first instruction. */
    RAISE_TO_BOTTOM("raise_to_bottom", "raise→bottom"),
    /** Bottom half, entry → exit, net of what interrupted it. */
    BOTTOM("bottom", "bottom half"),
    /** Scheduled arrival → all work of the arrival done. */
    ARRIVAL_TO_DONE("arrival_to_done", "arrival→done");

    private static final Stage[] ALL = values();
    private final String key;
    private final String title;

    Stage(String key, String title) {
        this.key = key;
        this.title = title;
    }

    /** Returns the stage's name in JSON and in tags of histogram logs. */
    @JsonValue
    public String key() {
        return key;
    }

    /** Returns the stage's name in a table. */
    public String title() {
        return title;
    }

    static Stage at(int ordinal) {
        return ALL[ordinal];
    }

    static int count() {
        return ALL.length;
    }
}
