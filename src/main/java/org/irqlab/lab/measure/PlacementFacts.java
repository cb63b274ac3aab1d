package org.irqlab.lab.measure;

import java.util.List;

/**
 * Which host core carried what.
 *
 * @param validForLatency whether virtual CPUs and producers had cores of their own
 * @param reason why not, else empty
 * @param injection {@code producers} on threads of their own, or {@code poll points} of the virtual
 *     CPUs where the host has too few cores
 * @param lines one per virtual CPU and producer, for people
 */
public record PlacementFacts(
        boolean validForLatency, String reason, String injection, List<String> lines) {}
