package org.irqlab.lab.measure;

import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Arrays;
import java.util.stream.Collectors;

/** Where the bottom halves of a trace's devices run. */
public enum Strategy {
    /** As recorded: the self-check. */
    ORIGINAL("original"),
    /** In the top half. */
    INLINE("inline"),
    SOFTIRQ("softirq"),
    TASKLET("tasklet"),
    WORKQUEUE("workqueue"),
    /** In an irq thread, FIFO 50. */
    THREADED("threaded");

    private final String key;

    Strategy(String key) {
        this.key = key;
    }

    /** Returns the name on the command line and in results. */
    @JsonValue
    public String key() {
        return key;
    }

    /** Returns the strategy called {@code name}; an unknown name is refused with the known ones. */
    public static Strategy of(String name) {
        for (Strategy strategy : values()) {
            if (strategy.key.equals(name)) {
                return strategy;
            }
        }
        String known = Arrays.stream(values()).map(Strategy::key).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("strategy=" + name + " is none of " + known);
    }
}
