package org.irqlab.lab.replay.engine;

import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.TraceEvent;
import org.irqlab.lab.trace.TraceSink;

import java.util.Arrays;

/**
 * Which CPUs of a recording show the switches out of their idle task. Some kernels leave them out
 * on some CPUs; a comparison must then leave them out on the other side too, so that both sides are
 * measured from the same events.
 *
 * <p><b>Threads.</b> One.
 */
final class IdleSwitches implements TraceSink {
    private final TraceSink next;
    private long[] into = new long[2];
    private long[] outOf = new long[2];

    /** Passes every event on to {@code next}. */
    IdleSwitches(TraceSink next) {
        this.next = next;
    }

    @Override
    public void event(TraceEvent event) {
        if (event.kind == EventKind.SCHED_SWITCH) {
            if (event.cpu >= into.length) {
                into = Arrays.copyOf(into, event.cpu + 1);
                outOf = Arrays.copyOf(outOf, event.cpu + 1);
            }
            outOf[event.cpu] += event.prevPid == 0 ? 1 : 0;
            into[event.cpu] += event.taskPid == 0 ? 1 : 0;
        }
        next.event(event);
    }

    @Override
    public void lost(int cpu, long timeNs, long events) {
        next.lost(cpu, timeNs, events);
    }

    /**
     * Returns whether {@code cpu} was switched to its idle task, but never, as recorded, away from
     * it.
     */
    boolean missing(int cpu) {
        return cpu < into.length && into[cpu] > 0 && outOf[cpu] == 0;
    }

    /**
     * Returns a sink that hides from {@code other} what this recording does not show.
     *
     * @param recordedCpu the recording's number of each CPU that the sink sees
     */
    TraceSink hidingFrom(TraceSink other, int[] recordedCpu) {
        return event -> {
            boolean outOfIdle = event.kind == EventKind.SCHED_SWITCH && event.prevPid == 0;
            if (!outOfIdle || !missing(recordedCpu[event.cpu])) {
                other.event(event);
            }
        };
    }
}
