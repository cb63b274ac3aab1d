package org.irqlab.lab.trace;

import java.util.ArrayList;
import java.util.List;

/** Writes the fields that an event's kind has as text, so that events can be compared. */
final class EventText implements TraceSink {
    final List<String> events = new ArrayList<>();
    private final NameTable names;

    EventText(NameTable names) {
        this.names = names;
    }

    @Override
    public void event(TraceEvent e) {
        events.add(
                String.join(
                        " ",
                        "line=" + e.line,
                        "ns=" + e.timeNs,
                        "cpu=" + e.cpu,
                        "pid=" + e.pid,
                        "comm=" + names.name(e.commId),
                        "off=" + e.irqsOff,
                        "resched=" + e.needResched,
                        "context=" + e.context,
                        e.kind == EventKind.OTHER ? "other" : e.kind.text(),
                        arguments(e)));
    }

    @Override
    public void lost(int cpu, long timeNs, long count) {
        events.add("lost cpu=" + cpu + " ns=" + timeNs + " count=" + count);
    }

    private String arguments(TraceEvent e) {
        String name = names.name(e.nameId);
        String task =
                "comm=" + names.name(e.taskCommId) + " pid=" + e.taskPid + " prio=" + e.taskPrio;
        String object = "object=" + Long.toHexString(e.object);
        return switch (e.kind) {
            case IRQ_HANDLER_ENTRY -> "irq=" + e.number + " name=" + name;
            case IRQ_HANDLER_EXIT -> "irq=" + e.number + " ret=" + e.returned;
            case TASKLET_ENTRY, TASKLET_EXIT -> object + " function=" + name;
            case WORKQUEUE_QUEUE_WORK ->
                    object
                            + (" function=" + name)
                            + (" workqueue=" + names.name(e.workqueueId))
                            + (" req_cpu=" + e.requestedCpu + " cpu=" + e.chosenCpu);
            case WORKQUEUE_ACTIVATE_WORK, WORKQUEUE_EXECUTE_START, WORKQUEUE_EXECUTE_END ->
                    object + " function=" + name;
            case SCHED_SWITCH ->
                    "prev="
                            + names.name(e.prevCommId)
                            + (" " + e.prevPid + " " + e.prevPrio + " " + e.prevState)
                            + (e.prevPreempted ? "+ " : " ")
                            + task;
            case SCHED_WAKING, SCHED_WAKEUP, SCHED_WAKEUP_NEW -> task + " cpu=" + e.targetCpu;
            case SCHED_MIGRATE_TASK -> task + " " + e.originCpu + "->" + e.targetCpu;
            case NAPI_POLL ->
                    object + " device=" + name + " work=" + e.napiWork + " of " + e.napiBudget;
            case OTHER -> name;
            default -> "number=" + e.number;
        };
    }
}
