package org.irqlab.lab.replay.engine;

import org.irqlab.base.trace.TraceFlags;
import org.irqlab.base.trace.TraceRing;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.sched.Task;
import org.irqlab.lab.trace.EventKind;
import org.irqlab.lab.trace.NameTable;
import org.irqlab.lab.trace.TraceEvent;
import org.irqlab.lab.trace.TraceSink;

import java.util.HashMap;
import java.util.Map;

/**
 * The machine's own events as a trace, so that what measures a recording measures a replay.
 *
 * <p><b>Threads.</b> One, after the machine has stopped.
 */
final class RingEvents {
    private static final int HIGH = 32;
    private static final int PRIO_MASK = 0xffff;
    private static final int WORKQUEUE_SHIFT = 16;

    private final Machine machine;
    private final NameTable names;
    private final Map<Integer, Integer> commByPid = new HashMap<>();
    private final Map<Tracepoint, EventKind> kinds = new HashMap<>();
    private final TraceEvent event = new TraceEvent();
    private final int idleComm;
    private final long grainNs;

    /**
     * @param grainNs to whose multiples stamps are rounded down
     */
    RingEvents(Machine machine, NameTable names, long grainNs) {
        this.machine = machine;
        this.grainNs = grainNs;
        this.names = names;
        idleComm = names.id("<idle>");
        for (Task task : machine.tasks()) {
            commByPid.put(task.pid(), names.id(comm(task.name())));
        }
        for (Tracepoint point : Tracepoint.values()) {
            for (EventKind kind : EventKind.values()) {
                if (kind.text().equals(point.text())) {
                    kinds.put(point, kind);
                }
            }
        }
    }

    /** Linux keeps 15 characters of a task's name. */
    private static String comm(String name) {
        return name.length() > 15 ? name.substring(0, 15) : name;
    }

    /**
     * Feeds the events of all CPUs, in order of time.
     *
     * @param originNs host time that the trace calls 0
     */
    void feed(TraceSink sink, long originNs) {
        int cpus = machine.cpus();
        var rings = new TraceRing[cpus];
        var at = new int[cpus];
        for (int cpu = 0; cpu < cpus; cpu++) {
            rings[cpu] = machine.cpu(cpu).ring();
        }
        while (true) {
            int first = -1;
            for (int cpu = 0; cpu < cpus; cpu++) {
                boolean left = at[cpu] < rings[cpu].size();
                if (left
                        && (first < 0
                                || rings[cpu].timeNs(at[cpu]) < rings[first].timeNs(at[first]))) {
                    first = cpu;
                }
            }
            if (first < 0) {
                return;
            }
            if (fill(first, rings[first], at[first]++, originNs)) {
                sink.event(event);
            }
        }
    }

    /** Fills the event; {@code false} when the tracepoint is not one of the kernel's. */
    private boolean fill(int cpu, TraceRing ring, int index, long originNs) {
        Tracepoint point = ring.event(index);
        event.kind = kinds.get(point);
        if (event.kind == null) {
            return false;
        }
        event.line = 0;
        event.cpu = cpu;
        event.timeNs = Math.floorDiv(ring.timeNs(index) - originNs, grainNs) * grainNs;
        event.pid = ring.pid(index);
        event.commId = comm(event.pid);
        int flags = ring.flags(index);
        event.flags = flags;
        event.irqsOff = (flags & TraceFlags.IRQS_OFF) != 0;
        event.needResched = (flags & TraceFlags.NEED_RESCHED) != 0;
        event.context = TraceFlags.context(flags);
        fields(point, ring.a(index), ring.b(index), ring.c(index));
        return true;
    }

    private void fields(Tracepoint point, long a, long b, long c) {
        switch (point) {
            case IRQ_HANDLER_ENTRY, TASKLET_ENTRY, TASKLET_EXIT -> {
                event.number = (int) a;
                event.object = a;
                event.nameId = name(b);
            }
            case IRQ_HANDLER_EXIT -> {
                event.number = (int) a;
                event.returned = (int) Math.min(b, 1);
            }
            case WORKQUEUE_QUEUE_WORK -> {
                event.object = a;
                event.nameId = name(b);
                event.workqueueId = name(c >>> WORKQUEUE_SHIFT);
                event.requestedCpu = (int) (c & PRIO_MASK);
                event.chosenCpu =
                        event.requestedCpu < machine.cpus() ? event.requestedCpu : event.cpu;
            }
            case WORKQUEUE_ACTIVATE_WORK, WORKQUEUE_EXECUTE_START, WORKQUEUE_EXECUTE_END -> {
                event.object = a;
                event.nameId = name(b);
            }
            case SCHED_SWITCH -> switchFields(a, b);
            case SCHED_WAKING, SCHED_WAKEUP -> {
                event.taskPid = (int) a;
                event.taskCommId = comm((int) a);
                event.taskPrio = (int) b;
                event.targetCpu = (int) c;
            }
            case NAPI_POLL -> {
                event.nameId = name(a);
                event.napiWork = (int) b;
                event.napiBudget = (int) c;
            }
            case PAGE_FAULT_USER, PAGE_FAULT_KERNEL -> {
                event.object = a;
                event.nameId = names.id("0x" + Long.toHexString(b));
                event.number = (int) c;
            }
            case NMI_HANDLER -> {
                event.nameId = name(a);
                event.object = b;
                event.returned = (int) c;
            }
            default -> event.number = (int) a;
        }
    }

    private void switchFields(long a, long b) {
        event.prevPid = (int) (a >>> HIGH);
        event.prevCommId = switchComm(event.prevPid);
        event.prevState = (char) (a >>> Short.SIZE & PRIO_MASK);
        event.prevPreempted = event.prevState == 'R' && event.prevPid != 0;
        event.prevPrio = (int) (a & PRIO_MASK);
        event.taskPid = (int) (b >>> HIGH);
        event.taskCommId = switchComm(event.taskPid);
        event.taskPrio = (int) (b & PRIO_MASK);
    }

    private int switchComm(int pid) {
        return pid == 0 ? names.id("swapper/" + event.cpu) : comm(pid);
    }

    private int comm(int pid) {
        return pid == 0 ? idleComm : commByPid.getOrDefault(pid, 0);
    }

    private int name(long id) {
        return names.id(machine.names().name((int) id));
    }
}
