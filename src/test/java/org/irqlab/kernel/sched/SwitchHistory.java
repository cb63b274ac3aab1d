package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.trace.TraceRing;
import org.irqlab.base.trace.Tracepoint;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The rules that scheduler events of all CPUs keep together, task by task. */
final class SwitchHistory {
    private record Event(long timeNs, int cpu, Tracepoint kind, long a, long b, long c) {
        int previousPid() {
            return (int) (a >>> 32);
        }

        char previousState() {
            return (char) (a >>> 16 & 0xffff);
        }

        int nextPid() {
            return (int) (b >>> 32);
        }

        int pid() {
            return (int) a;
        }
    }

    private final Map<Integer, Integer> runningOn = new HashMap<>();
    private final Map<Integer, Boolean> asleep = new HashMap<>();
    private final Map<Integer, Integer> waking = new HashMap<>();
    private int switches;

    /** Checks the rings of the CPUs, in the order of their numbers. */
    void check(TraceRing... rings) {
        var events = new ArrayList<Event>();
        for (int cpu = 0; cpu < rings.length; cpu++) {
            assertEquals(0, rings[cpu].dropped());
            events.addAll(read(cpu, rings[cpu]));
        }
        events.sort(Comparator.comparingLong(Event::timeNs));
        events.forEach(this::step);
        assertTrue(switches > 0, "there was something to check");
    }

    private static List<Event> read(int cpu, TraceRing ring) {
        var events = new ArrayList<Event>();
        for (int i = 0; i < ring.size(); i++) {
            events.add(
                    new Event(ring.timeNs(i), cpu, ring.event(i), ring.a(i), ring.b(i), ring.c(i)));
        }
        return events;
    }

    private void step(Event event) {
        if (event.kind == Tracepoint.SCHED_SWITCH) {
            switches++;
            out(event);
            in(event);
        } else if (event.kind == Tracepoint.SCHED_WAKING) {
            waking.merge(event.pid(), 1, Integer::sum);
        } else if (event.kind == Tracepoint.SCHED_WAKEUP) {
            int outstanding = waking.merge(event.pid(), -1, Integer::sum);
            assertTrue(outstanding >= 0, "wakeup without waking " + event);
            asleep.put(event.pid(), false);
        }
    }

    private void out(Event event) {
        int pid = event.previousPid();
        if (pid == 0) {
            return;
        }
        assertEquals(event.cpu, runningOn.remove(pid), "switched out where it ran " + event);
        asleep.put(pid, event.previousState() != 'R');
    }

    private void in(Event event) {
        int pid = event.nextPid();
        if (pid == 0) {
            return;
        }
        assertFalse(runningOn.containsKey(pid), "runs already " + event);
        assertFalse(asleep.getOrDefault(pid, false), "sleeps, nobody woke it " + event);
        runningOn.put(pid, event.cpu);
    }
}
