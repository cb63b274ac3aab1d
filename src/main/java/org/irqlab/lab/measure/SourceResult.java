package org.irqlab.lab.measure;

import java.util.Map;

/**
 * What one source of arrivals measured.
 *
 * @param name as in the trace, such as {@code virtio1-req.0}
 * @param kind such as {@code DEVICE}
 * @param movable whether a what-if moves this source's bottom halves
 */
public record SourceResult(
        String name,
        String kind,
        boolean movable,
        Conservation conservation,
        Map<Stage, StageResult> stages) {}
