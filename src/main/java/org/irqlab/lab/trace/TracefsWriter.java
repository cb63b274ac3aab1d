package org.irqlab.lab.trace;

import org.irqlab.base.trace.TraceFlags;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;

/**
 * Writes events as the text of tracefs {@code trace}: 1 µs stamps would lose what irqlab measures,
 * so that stamps have 9 digits.
 *
 * <p>What it writes, {@link TracefsReader} reads back; it obeys the structural rules of real
 * traces.
 *
 * <p><b>Threads.</b> One.
 *
 * @see "Linux kernel/trace/trace_output.c"
 */
public final class TracefsWriter implements TraceSink {
    private static final String[] SOFTIRQS = {
        "HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"
    };
    private static final long NS = 1_000_000_000L;

    private final Writer out;
    private final NameTable names;
    private final StringBuilder line = new StringBuilder(160);

    /** Writes to {@code out}, which stays open. */
    public TracefsWriter(Writer out, NameTable names) {
        this.out = out;
        this.names = names;
    }

    /**
     * Writes the comment at the head of a trace.
     *
     * @param written events recorded; {@code kept} of them follow
     */
    public void header(long kept, long written, int cpus) throws IOException {
        out.write(
                """
                # tracer: nop
                #
                # entries-in-buffer/entries-written: %d/%d   #P:%d
                #
                #                                _-----=> irqs-off/BH-disabled
                #                               / _----=> need-resched
                #                              | / _---=> hardirq/softirq
                #                              || / _--=> preempt-depth
                #                              ||| / _-=> migrate-disable
                #                              |||| /     delay
                #           TASK-PID     CPU#  |||||  TIMESTAMP  FUNCTION
                #              | |         |   |||||     |         |
                """
                        .formatted(kept, written, cpus));
    }

    @Override
    public void event(TraceEvent event) {
        line.setLength(0);
        String comm = names.name(event.commId);
        line.repeat(' ', Math.max(0, 16 - comm.length())).append(comm).append('-');
        int pidAt = line.length();
        line.append(event.pid);
        line.repeat(' ', Math.max(0, 7 - (line.length() - pidAt)));
        line.append(" [");
        padded(event.cpu, 3);
        line.append("] ").append(TraceFlags.text(event.flags)).append(' ');
        String seconds = Long.toString(event.timeNs / NS);
        line.repeat(' ', Math.max(0, 5 - seconds.length())).append(seconds).append('.');
        padded(event.timeNs % NS, 9);
        line.append(": ").append(event.kind.text()).append(": ");
        arguments(event);
        line.append('\n');
        try {
            out.append(line);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void padded(long number, int digits) {
        String text = Long.toString(number);
        line.repeat('0', Math.max(0, digits - text.length())).append(text);
    }

    private void arguments(TraceEvent event) {
        switch (event.kind) {
            case IRQ_HANDLER_ENTRY ->
                    line.append("irq=")
                            .append(event.number)
                            .append(" name=")
                            .append(names.name(event.nameId));
            case IRQ_HANDLER_EXIT ->
                    line.append("irq=")
                            .append(event.number)
                            .append(" ret=")
                            .append(event.returned == 0 ? "unhandled" : "handled");
            case SOFTIRQ_RAISE, SOFTIRQ_ENTRY, SOFTIRQ_EXIT ->
                    line.append("vec=")
                            .append(event.number)
                            .append(" [action=")
                            .append(SOFTIRQS[event.number])
                            .append(']');
            case TASKLET_ENTRY, TASKLET_EXIT ->
                    object("tasklet=", event).append(" function=").append(names.name(event.nameId));
            case SCHED_SWITCH -> switchArguments(event);
            case SCHED_WAKING, SCHED_WAKEUP, SCHED_WAKEUP_NEW -> {
                line.append("comm=")
                        .append(names.name(event.taskCommId))
                        .append(" pid=")
                        .append(event.taskPid);
                line.append(" prio=").append(event.taskPrio).append(" target_cpu=");
                padded(event.targetCpu, 3);
            }
            case NAPI_POLL -> {
                object("napi poll on napi struct ", event)
                        .append(" for device ")
                        .append(names.name(event.nameId));
                line.append(" work ")
                        .append(event.napiWork)
                        .append(" budget ")
                        .append(event.napiBudget);
            }
            case WORKQUEUE_QUEUE_WORK,
                    WORKQUEUE_ACTIVATE_WORK,
                    WORKQUEUE_EXECUTE_START,
                    WORKQUEUE_EXECUTE_END ->
                    workArguments(event);
            case PAGE_FAULT_USER, PAGE_FAULT_KERNEL ->
                    line.append("address=0x")
                            .append(Long.toHexString(event.object))
                            .append(" ip=")
                            .append(names.name(event.nameId))
                            .append(" error_code=0x")
                            .append(Integer.toHexString(event.number));
            case NMI_HANDLER ->
                    line.append(names.name(event.nameId))
                            .append("() delta_ns: ")
                            .append(event.object)
                            .append(" handled: ")
                            .append(event.returned);
            default -> line.append("vector=").append(event.number);
        }
    }

    private void switchArguments(TraceEvent event) {
        line.append("prev_comm=")
                .append(names.name(event.prevCommId))
                .append(" prev_pid=")
                .append(event.prevPid);
        line.append(" prev_prio=")
                .append(event.prevPrio)
                .append(" prev_state=")
                .append(event.prevState);
        line.append(event.prevPreempted ? "+" : "")
                .append(" ==> next_comm=")
                .append(names.name(event.taskCommId));
        line.append(" next_pid=")
                .append(event.taskPid)
                .append(" next_prio=")
                .append(event.taskPrio);
    }

    private void workArguments(TraceEvent event) {
        String function = names.name(event.nameId);
        switch (event.kind) {
            case WORKQUEUE_QUEUE_WORK ->
                    object("work struct=", event)
                            .append(" function=")
                            .append(function)
                            .append(" workqueue=")
                            .append(names.name(event.workqueueId))
                            .append(" req_cpu=")
                            .append(event.requestedCpu)
                            .append(" cpu=")
                            .append(event.chosenCpu);
            case WORKQUEUE_ACTIVATE_WORK ->
                    object("work struct ", event).append(" function=").append(function).append(' ');
            default -> object("work struct ", event).append(": function ").append(function);
        }
    }

    /** Addresses print as 16 hexadecimal digits, as %p does. */
    private StringBuilder object(String before, TraceEvent event) {
        line.append(before);
        String text = Long.toHexString(event.object);
        return line.repeat('0', Math.max(0, 16 - text.length())).append(text);
    }
}
