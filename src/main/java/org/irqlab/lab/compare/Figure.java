package org.irqlab.lab.compare;

/** What a row says of one side. */
public enum Figure {
    /** How often it happened. */
    COUNT("count"),
    /** Share of a mode in its group, 0 to 1; 1 for a row that is no mode. */
    SHARE("share"),
    P50("p50"),
    P90("p90"),
    P99("p99"),
    MEAN("mean");

    private final String key;

    Figure(String key) {
        this.key = key;
    }

    /** Returns the name in tables and in JSON. */
    public String key() {
        return key;
    }

    boolean isTime() {
        return this != COUNT && this != SHARE;
    }
}
