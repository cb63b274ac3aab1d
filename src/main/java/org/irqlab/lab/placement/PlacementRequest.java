package org.irqlab.lab.placement;

import org.irqlab.kernel.sched.IdlePolicy;

import java.util.Objects;
import java.util.Optional;

/**
 * What is to be placed.
 *
 * @param cpus virtual CPUs, 1 to {@value #MAX_CPUS}, or {@link #AUTO_CPUS}
 * @param producers producer threads the schedule would like, 0 to {@value #MAX_PRODUCERS}
 * @param injection who must fire the interrupts; empty for the best that fits the host, with as
 *     many producers as there are cores for them
 * @param idle what an idle virtual CPU does to its core
 */
public record PlacementRequest(
        int cpus, int producers, Optional<Injection> injection, IdlePolicy idle) {
    /** As many virtual CPUs as the host carries with valid latencies. */
    public static final int AUTO_CPUS = 0;

    /** Most virtual CPUs of one machine. */
    public static final int MAX_CPUS = 256;

    /** Most producer threads of one machine. */
    public static final int MAX_PRODUCERS = 256;

    /** Checks the ranges. */
    public PlacementRequest {
        if (cpus < AUTO_CPUS || cpus > MAX_CPUS) {
            throw new IllegalArgumentException("cpus=" + cpus + " not in 1.." + MAX_CPUS);
        }
        if (producers < 0 || producers > MAX_PRODUCERS) {
            throw new IllegalArgumentException(
                    "producers=" + producers + " not in 0.." + MAX_PRODUCERS);
        }
        if (producers == 0 && injection.equals(Optional.of(Injection.PRODUCER_THREADS))) {
            throw new IllegalArgumentException(
                    "producers=0 < 1, but injection=" + Injection.PRODUCER_THREADS);
        }
        Objects.requireNonNull(idle, "idle");
    }

    /** A request that leaves the way of injection to the plan. */
    public static PlacementRequest of(int cpus, int producers, IdlePolicy idle) {
        return new PlacementRequest(cpus, producers, Optional.empty(), idle);
    }
}
