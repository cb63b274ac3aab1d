package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;

/**
 * Finds the local APICs that a destination means. The APIC id of a CPU is its number.
 *
 * <p><b>Threads.</b> Any. Holds nothing but the request registers, none of which it changes itself,
 * so that no producer reads a cache line that a CPU writes.
 */
@HotPath
final class ApicBus {
    /** Physical destination that means every CPU. */
    static final int EVERYONE = 0xff;

    private static final int FIXED = 0;
    private static final int LOWEST_PRIORITY = 1;

    private final RequestRegister[] requests;

    ApicBus(RequestRegister[] requests) {
        this.requests = requests.clone();
    }

    int cpus() {
        return requests.length;
    }

    /**
     * Whether {@code deliveryMode} requests a vector; with a physical destination both are alike.
     */
    static boolean requestsVector(int deliveryMode) {
        return deliveryMode == FIXED || deliveryMode == LOWEST_PRIORITY;
    }

    /** Requests {@code vector} of one CPU. */
    FireOutcome send(int cpu, int vector) {
        if (cpu < 0 || cpu >= requests.length) {
            return FireOutcome.DROPPED_NO_TARGET;
        }
        return requests[cpu].accept(vector);
    }

    /**
     * Requests {@code vector} of a physical destination.
     *
     * @return for {@link #EVERYONE}, the first CPU's outcome unless another one's is {@link
     *     FireOutcome#LATCHED}
     */
    FireOutcome sendPhysical(int destination, int vector) {
        return destination == EVERYONE ? sendEveryone(vector) : send(destination, vector);
    }

    private FireOutcome sendEveryone(int vector) {
        FireOutcome result = requests[0].accept(vector);
        for (int cpu = 1; cpu < requests.length; cpu++) {
            FireOutcome outcome = requests[cpu].accept(vector);
            result = outcome == FireOutcome.LATCHED ? outcome : result;
        }
        return result;
    }
}
