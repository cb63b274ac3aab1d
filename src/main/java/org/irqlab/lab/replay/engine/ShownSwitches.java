package org.irqlab.lab.replay.engine;

import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceEvent;
import org.irqlab.lab.trace.TraceSink;

import java.util.Arrays;

/**
 * Which switches and wakes a recording shows. Some kernels leave out the switches out of the idle
 * task on some CPUs, and some recordings have only those of workers and ksoftirqd; a comparison
 * must then leave the others out on the other side too, so that both sides are measured from the
 * same events. What stands in for tasks that are not replayed has no wakes at all.
 *
 * <p><b>Threads.</b> One.
 */
final class ShownSwitches implements TraceSink {
    private final TraceSink next;
    private long[] into = new long[2];
    private long[] outOf = new long[2];

    /** Passes every event on to {@code next}. */
    ShownSwitches(TraceSink next) {
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
     * @param plan tells the recording's numbers of the CPUs that the sink sees, and whether
     *     ordinary tasks are in the recording
     */
    TraceSink hidingFrom(TraceSink other, ReplayPlan plan, NameTable names) {
        return event -> {
            boolean hidden =
                    switch (event.kind) {
                        case SCHED_SWITCH -> hidden(event, plan, names);
                        case SCHED_WAKING, SCHED_WAKEUP -> {
                            String name = names.name(event.taskCommId);
                            yield !machineOwn(name) && (!plan.seesTasks || standsIn(name));
                        }
                        default -> false;
                    };
            if (!hidden) {
                other.event(event);
            }
        };
    }

    private boolean hidden(TraceEvent event, ReplayPlan plan, NameTable names) {
        if (event.prevPid == 0 && missing(plan.recordedCpu[event.cpu])) {
            return true;
        }
        return !plan.seesTasks
                && !machineOwn(names.name(event.taskCommId))
                && !machineOwn(names.name(event.prevCommId));
    }

    private static boolean machineOwn(String name) {
        return name.startsWith("kworker/") || name.startsWith("ksoftirqd/");
    }

    private static boolean standsIn(String name) {
        return name.startsWith(TaskContextPump.NAME);
    }
}
