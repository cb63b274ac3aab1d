package org.irqlab.lab.measure;

import com.fasterxml.jackson.annotation.JsonValue;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The machine that a replay runs on: whose interrupt controllers, and whose flows. */
public enum Platform {
    X86("x86", "local APICs, a vector of a CPU for each line"),
    ARM64("arm64", "GICv3 with ITS, an LPI for each line");

    private final String key;
    private final String description;

    Platform(String key, String description) {
        this.key = key;
        this.description = description;
    }

    /** Returns the name on the command line and in results. */
    @JsonValue
    public String key() {
        return key;
    }

    /** Returns how interrupts travel on it. */
    public String description() {
        return description;
    }

    /** Returns the platform called {@code name}; an unknown name is refused with the known ones. */
    public static Platform of(String name) {
        for (Platform platform : values()) {
            if (platform.key.equals(name)) {
                return platform;
            }
        }
        String known = Arrays.stream(values()).map(Platform::key).collect(Collectors.joining(", "));
        throw new IllegalArgumentException("platform=" + name + " is none of " + known);
    }
}
