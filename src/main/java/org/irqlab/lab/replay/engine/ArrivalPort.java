package org.irqlab.lab.replay.engine;

/** Where arrivals enter the machine. */
@FunctionalInterface
interface ArrivalPort {
    /** Delivers an arrival; by the holder of a CPU, at a poll point. */
    void arrive(Run run);
}
