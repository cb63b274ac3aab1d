package org.irqlab.lab.trace;

import org.agrona.collections.Int2ObjectHashMap;
import org.agrona.collections.Long2ObjectHashMap;

import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * Counts what is in a trace while it is read.
 *
 * <p>Memory grows with the number of different interrupts, functions and tasks, not with the
 * events.
 *
 * <p><b>Threads.</b> One.
 */
public final class TraceInventory implements TraceSink {
    private static final class Napi {
        long polls;
        long packets;
        long fullPolls;
    }

    private static final class TaskEvents {
        long inTask;
        long inSoftirq;
        long inInterrupt;
    }

    private final NameTable names;
    private final long[] kinds = new long[EventKind.values().length];
    private final InterruptTally interrupts = new InterruptTally();
    private final Int2ObjectHashMap<Napi> napis = new Int2ObjectHashMap<>();
    private final NamedTally workqueues = new NamedTally();
    private final NamedTally functions = new NamedTally();
    private final NamedTally others = new NamedTally();
    private final Long2ObjectHashMap<TaskEvents> tasks = new Long2ObjectHashMap<>();
    private boolean allTasksSwitch;

    // By CPU.
    private int[] interruptDepth = new int[4];
    private long[] lastNs = new long[4];
    private double gapNs;

    /** The column of flags says in which context an event was; without it, pairs do. */
    private boolean contextColumn;

    /**
     * @param names of the reader that will feed this
     */
    public TraceInventory(NameTable names) {
        this.names = names;
    }

    @Override
    public void event(TraceEvent e) {
        kinds[e.kind.ordinal()]++;
        if (e.cpu >= lastNs.length) {
            growTo(e.cpu);
        }
        lastNs[e.cpu] = e.timeNs;
        contextColumn |= e.context != '.';
        countTask(e);
        switch (e.kind) {
            case IRQ_HANDLER_ENTRY -> {
                interrupts.irqEntry(e);
                interruptDepth[e.cpu]++;
            }
            case IRQ_HANDLER_EXIT -> {
                interrupts.irqExit(e);
                leaveInterrupt(e.cpu);
            }
            case SOFTIRQ_RAISE -> interrupts.softirqRaise(e, inInterrupt(e));
            case SOFTIRQ_ENTRY -> interrupts.softirqEntry(e);
            case LOCAL_TIMER_ENTRY,
                    RESCHEDULE_ENTRY,
                    CALL_FUNCTION_ENTRY,
                    CALL_FUNCTION_SINGLE_ENTRY,
                    IRQ_WORK_ENTRY -> {
                interrupts.vectorEntry(e);
                interruptDepth[e.cpu]++;
            }
            case LOCAL_TIMER_EXIT,
                    RESCHEDULE_EXIT,
                    CALL_FUNCTION_EXIT,
                    CALL_FUNCTION_SINGLE_EXIT,
                    IRQ_WORK_EXIT ->
                    leaveInterrupt(e.cpu);
            case WORKQUEUE_QUEUE_WORK -> workqueues.add(e.workqueueId);
            case WORKQUEUE_EXECUTE_START -> functions.add(e.nameId);
            case NAPI_POLL -> countPoll(e);
            case SCHED_SWITCH ->
                    allTasksSwitch |= !isWorker(e.prevCommId) && !isWorker(e.taskCommId);
            case OTHER -> others.add(e.nameId);
            case SOFTIRQ_EXIT,
                    TASKLET_ENTRY,
                    TASKLET_EXIT,
                    WORKQUEUE_ACTIVATE_WORK,
                    WORKQUEUE_EXECUTE_END,
                    SCHED_WAKING,
                    SCHED_WAKEUP,
                    SCHED_WAKEUP_NEW,
                    SCHED_MIGRATE_TASK,
                    PAGE_FAULT_USER,
                    PAGE_FAULT_KERNEL,
                    NMI_HANDLER -> {}
        }
    }

    @Override
    public void lost(int cpu, long timeNs, long events) {
        if (cpu >= lastNs.length) {
            growTo(cpu);
        }
        gapNs += timeNs - lastNs[cpu];
        lastNs[cpu] = timeNs;
        interruptDepth[cpu] = 0;
    }

    private void growTo(int cpu) {
        lastNs = Arrays.copyOf(lastNs, Math.max(cpu + 1, lastNs.length * 2));
        interruptDepth = Arrays.copyOf(interruptDepth, lastNs.length);
    }

    private void leaveInterrupt(int cpu) {
        interruptDepth[cpu] = Math.max(0, interruptDepth[cpu] - 1);
    }

    private boolean inInterrupt(TraceEvent e) {
        return contextColumn ? isInterrupt(e.context) : interruptDepth[e.cpu] > 0;
    }

    private static boolean isInterrupt(char context) {
        return context == 'h' || context == 'H' || context == 'z' || context == 'Z';
    }

    private void countTask(TraceEvent e) {
        long key = (long) e.pid << 32 | e.commId;
        TaskEvents task = tasks.get(key);
        if (task == null) {
            task = new TaskEvents();
            tasks.put(key, task);
        }
        if (isInterrupt(e.context)) {
            task.inInterrupt++;
        } else if (e.context == 's') {
            task.inSoftirq++;
        } else {
            task.inTask++;
        }
    }

    private void countPoll(TraceEvent e) {
        Napi napi = napis.get(e.nameId);
        if (napi == null) {
            napi = new Napi();
            napis.put(e.nameId, napi);
        }
        napi.polls++;
        napi.packets += Math.max(0, e.napiWork);
        if (e.napiWork >= 0 && e.napiWork == e.napiBudget) {
            napi.fullPolls++;
        }
    }

    /** A recording limited to the kernel's workers has one of them in every switch. */
    private boolean isWorker(int commId) {
        String name = names.name(commId);
        return name.startsWith("kworker/") || name.startsWith("ksoftirqd/");
    }

    /** Returns how many events of {@code kind} were seen. */
    public long count(EventKind kind) {
        return kinds[kind.ordinal()];
    }

    /** Returns whether switches between tasks other than kworkers and ksoftirqd were seen. */
    boolean allTasksSwitch() {
        return allTasksSwitch;
    }

    /**
     * Returns what was seen.
     *
     * @param reading what the reader returned after it fed this
     */
    public TraceSummary summary(TraceReading reading) {
        int cpus = reading.cpus();
        double seconds = reading.spanNs() / 1e9;
        var possibilities = new TracePossibilities(this, reading);
        return new TraceSummary(
                reading.file(),
                clock(reading.clock()),
                reading.spanNs(),
                cpus,
                reading.lines(),
                reading.events(),
                count(EventKind.IRQ_HANDLER_ENTRY),
                count(EventKind.SOFTIRQ_ENTRY),
                reading.lostEvents(),
                reading.overwrittenEvents(),
                coverage(reading),
                kindCounts(),
                interrupts.irqLines(names, cpus, seconds),
                interrupts.softirqLines(cpus, seconds),
                interrupts.vectorLines(cpus, seconds),
                napiLines(),
                workqueues.list(names),
                functions.list(names),
                taskLines(),
                possibilities.groups(),
                possibilities.whatIfs(),
                possibilities.recordMore(),
                possibilities.notes());
    }

    private static TraceSummary.Clock clock(TraceClock clock) {
        double mhz = clock instanceof TraceClock.Counter counter ? counter.mhz() : 0;
        return new TraceSummary.Clock(clock.nsPerUnit(), mhz, clock.describe());
    }

    private double coverage(TraceReading reading) {
        double all = (double) reading.cpus() * reading.spanNs();
        return all == 0 ? 1 : 1 - gapNs / all;
    }

    private List<TraceSummary.NamedCount> kindCounts() {
        var known =
                Arrays.stream(EventKind.values())
                        .filter(k -> k != EventKind.OTHER && count(k) > 0)
                        .map(k -> new TraceSummary.NamedCount(k.text(), count(k)));
        return Stream.concat(known, others.list(names).stream()).toList();
    }

    private List<TraceSummary.NapiLine> napiLines() {
        return napis.entrySet().stream()
                .map(n ->
                        new TraceSummary.NapiLine(
                                names.name(n.getKey()),
                                n.getValue().polls,
                                n.getValue().packets,
                                n.getValue().fullPolls))
                .sorted(Comparator.comparing(TraceSummary.NapiLine::device))
                .toList();
    }

    private List<TraceSummary.TaskLine> taskLines() {
        return tasks.entrySet().stream()
                .map(t ->
                        new TraceSummary.TaskLine(
                                (int) (t.getKey() >>> 32),
                                names.name((int) (long) t.getKey()),
                                t.getValue().inTask,
                                t.getValue().inSoftirq,
                                t.getValue().inInterrupt))
                .sorted(
                        Comparator.comparingLong(TraceSummary.TaskLine::total)
                                .reversed()
                                .thenComparing(TraceSummary.TaskLine::pid))
                .toList();
    }
}
