package org.irqlab.lab.trace;

import static java.nio.charset.StandardCharsets.US_ASCII;

import org.irqlab.base.HotPath;

/**
 * Reads what follows "EVENT: " into a {@link TraceEvent}.
 *
 * <p>The grammars are the print formats of Linux 6.18's tracepoints (events/SYSTEM/EVENT/format),
 * with the variants of older kernels. Further fields at the end of a line are not looked at, so
 * that newer kernels can be read.
 */
@HotPath
final class EventArguments {
    private static final int MOST_SOFTIRQ = 9;
    private static final int LONGEST_DEVICE_BYTES = 64;
    private static final byte[] IRQ = bytes("irq=");
    private static final byte[] NAME = bytes("name=");
    private static final byte[] HANDLER = bytes("handler=");
    private static final byte[] RET = bytes("ret=");
    private static final byte[] HANDLED = bytes("handled");
    private static final byte[] UNHANDLED = bytes("unhandled");
    private static final byte[] VEC = bytes("vec=");
    private static final byte[] VECTOR = bytes("vector=");
    private static final byte[] TASKLET = bytes("tasklet=");
    private static final byte[] FUNCTION = bytes("function=");
    private static final byte[] NAPI = bytes("napi poll on napi struct ");
    private static final byte[] DEVICE = bytes("for device ");
    private static final byte[] WORK = bytes(" work ");
    private static final byte[] BUDGET = bytes("budget ");

    private final ByteNames names;
    private final WorkqueueArguments workqueue;
    private final SchedArguments sched;
    private final FaultArguments faults;

    EventArguments(ByteNames names) {
        this.names = names;
        workqueue = new WorkqueueArguments(names);
        sched = new SchedArguments(names);
        faults = new FaultArguments(names);
    }

    static byte[] bytes(String text) {
        return text.getBytes(US_ASCII);
    }

    /** Reads the arguments of {@code event.kind}, which is not OTHER. */
    void parse(Cursor c, TraceEvent event) {
        switch (event.kind) {
            case IRQ_HANDLER_ENTRY -> irqEntry(c, event);
            case IRQ_HANDLER_EXIT -> irqExit(c, event);
            case SOFTIRQ_RAISE, SOFTIRQ_ENTRY, SOFTIRQ_EXIT -> {
                c.expect(VEC);
                event.number = c.integerUpTo(MOST_SOFTIRQ);
            }
            case TASKLET_ENTRY, TASKLET_EXIT -> tasklet(c, event);
            case WORKQUEUE_QUEUE_WORK -> workqueue.queue(c, event);
            case WORKQUEUE_ACTIVATE_WORK -> workqueue.activate(c, event);
            case WORKQUEUE_EXECUTE_START, WORKQUEUE_EXECUTE_END -> workqueue.execute(c, event);
            case SCHED_SWITCH -> sched.switchTask(c, event);
            case SCHED_WAKING, SCHED_WAKEUP, SCHED_WAKEUP_NEW -> sched.wakeup(c, event);
            case SCHED_MIGRATE_TASK -> sched.migrate(c, event);
            case NAPI_POLL -> napi(c, event);
            case LOCAL_TIMER_ENTRY,
                    LOCAL_TIMER_EXIT,
                    RESCHEDULE_ENTRY,
                    RESCHEDULE_EXIT,
                    CALL_FUNCTION_ENTRY,
                    CALL_FUNCTION_EXIT,
                    CALL_FUNCTION_SINGLE_ENTRY,
                    CALL_FUNCTION_SINGLE_EXIT,
                    IRQ_WORK_ENTRY,
                    IRQ_WORK_EXIT -> {
                c.expect(VECTOR);
                event.number = c.integerUpTo(Integer.MAX_VALUE);
            }
            case PAGE_FAULT_USER, PAGE_FAULT_KERNEL -> faults.pageFault(c, event);
            case NMI_HANDLER -> faults.nmi(c, event);
            case OTHER -> {}
        }
    }

    private void irqEntry(Cursor c, TraceEvent event) {
        c.expect(IRQ);
        event.number = c.integerUpTo(Integer.MAX_VALUE);
        c.skipBlanks();
        // handler= is Linux 2.6.
        if (!c.take(NAME) && !c.take(HANDLER)) {
            throw c.malformed("'name='");
        }
        event.nameId = names.id(c, c.at, c.end);
    }

    private static void irqExit(Cursor c, TraceEvent event) {
        c.expect(IRQ);
        event.number = c.integerUpTo(Integer.MAX_VALUE);
        c.expect(RET);
        if (c.take(HANDLED)) {
            event.returned = 1;
        } else if (c.take(UNHANDLED)) {
            event.returned = 0;
        } else if (!c.atEnd() && Cursor.isDigit(c.text[c.at])) {
            // Raw rendering: the only one that shows 2, wake thread.
            event.returned = c.integerUpTo(3);
        } else {
            throw c.malformed("'handled' or 'unhandled'");
        }
    }

    private void tasklet(Cursor c, TraceEvent event) {
        c.expect(TASKLET);
        event.object = c.address();
        c.expect(FUNCTION);
        event.nameId = names.id(c, c.at, c.end);
    }

    private void napi(Cursor c, TraceEvent event) {
        c.expect(NAPI);
        event.object = c.address();
        c.expect(DEVICE);
        int start = c.at;
        event.napiWork = -1;
        event.napiBudget = -1;
        int stop = c.end;
        // Linux before 4.9 ends here.
        int work = c.search(WORK, LONGEST_DEVICE_BYTES);
        if (work >= 0) {
            stop = work;
            c.at = work + WORK.length;
            event.napiWork = c.integerUpTo(Integer.MAX_VALUE);
            c.expect(BUDGET);
            event.napiBudget = c.integerUpTo(Integer.MAX_VALUE);
        }
        event.nameId = names.id(c, start, stop);
    }

    /** Returns how the kernel prints the arguments of {@code kind}. */
    static String grammar(EventKind kind) {
        return switch (kind) {
            case IRQ_HANDLER_ENTRY -> "irq=N name=NAME";
            case IRQ_HANDLER_EXIT -> "irq=N ret=handled|unhandled";
            case SOFTIRQ_RAISE, SOFTIRQ_ENTRY, SOFTIRQ_EXIT -> "vec=0..9 [action=NAME]";
            case TASKLET_ENTRY, TASKLET_EXIT -> "tasklet=ADDRESS function=NAME";
            case WORKQUEUE_QUEUE_WORK ->
                    "work struct=ADDRESS function=NAME workqueue=NAME req_cpu=N cpu=N";
            case WORKQUEUE_ACTIVATE_WORK -> "work struct ADDRESS function=NAME";
            case WORKQUEUE_EXECUTE_START, WORKQUEUE_EXECUTE_END ->
                    "work struct ADDRESS: function NAME";
            case SCHED_SWITCH ->
                    "prev_comm=NAME prev_pid=N prev_prio=N prev_state=S ==> next_comm=NAME"
                            + " next_pid=N next_prio=N";
            case SCHED_WAKING, SCHED_WAKEUP, SCHED_WAKEUP_NEW ->
                    "comm=NAME pid=N prio=N target_cpu=N";
            case SCHED_MIGRATE_TASK -> "comm=NAME pid=N prio=N orig_cpu=N dest_cpu=N";
            case NAPI_POLL -> "napi poll on napi struct ADDRESS for device NAME work N budget N";
            case LOCAL_TIMER_ENTRY,
                    LOCAL_TIMER_EXIT,
                    RESCHEDULE_ENTRY,
                    RESCHEDULE_EXIT,
                    CALL_FUNCTION_ENTRY,
                    CALL_FUNCTION_EXIT,
                    CALL_FUNCTION_SINGLE_ENTRY,
                    CALL_FUNCTION_SINGLE_EXIT,
                    IRQ_WORK_ENTRY,
                    IRQ_WORK_EXIT ->
                    "vector=N";
            case PAGE_FAULT_USER, PAGE_FAULT_KERNEL -> "address=0xN ip=NAME error_code=0xN";
            case NMI_HANDLER -> "FUNCTION() delta_ns: N handled: N";
            case OTHER -> "anything";
        };
    }
}
