package org.irqlab.lab.trace;

/**
 * One event of a trace: a mutable record that its producer fills again for the next event.
 *
 * <p>Strings (task names, functions, devices, workqueues) are numbers in the producer's {@link
 * NameTable}. A field that the event's kind does not have keeps an arbitrary value.
 *
 * <p><b>Threads.</b> One: the producer's.
 */
public final class TraceEvent {
    /** Line in the file, from 1; 0 when the event does not come from a file. */
    public long line;

    public EventKind kind;

    /** CPU on which the event was recorded. */
    public int cpu;

    /** ns since the first event of the trace. */
    public long timeNs;

    /** Task in whose context the CPU was: its pid (0 = idle) and name. */
    public int pid;

    public int commId;

    /**
     * Interrupts were off at the event ({@code d} or {@code D}; {@code b} and {@code B}: bottom
     * halves).
     */
    public boolean irqsOff;

    public boolean needResched;

    /** Context column: '.', 's' softirq, 'h' hardirq, 'H' hardirq inside softirq, 'z', 'Z' NMI. */
    public char context;

    /** All of the flags column, packed; only the machine's own events carry it. */
    public int flags;

    /**
     * irq_handler_*: Linux irq number; irq_vectors: the vector; softirq_*: softirq vector 0 to 9;
     * page_fault_*: error code.
     */
    public int number;

    /**
     * irq_handler_entry: action name. tasklet, workqueue, nmi_handler: function. napi_poll: device.
     * page_fault_*: instruction, as printed. OTHER: event name.
     */
    public int nameId;

    /**
     * irq_handler_exit: 0 unhandled, 1 handled (text cannot show 2, wake thread); nmi_handler: how
     * many causes it knew.
     */
    public int returned;

    /**
     * workqueue_*, tasklet_*, napi_poll: the (hashed) address of the work item, tasklet, NAPI
     * instance. page_fault_*: the address, or a hash of its symbol. nmi_handler: duration, ns.
     */
    public long object;

    /** workqueue_queue_work: name of the workqueue. */
    public int workqueueId;

    /**
     * workqueue_queue_work: requested CPU, as recorded (the kernel's NR_CPUS, such as 256, = any),
     * and chosen CPU, -1 on an unbound workqueue.
     */
    public int requestedCpu;

    public int chosenCpu;

    /** napi_poll: packets done, and the budget. */
    public int napiWork;

    public int napiBudget;

    /**
     * sched_waking, sched_wakeup, sched_wakeup_new, sched_migrate_task: the task; sched_switch: the
     * next task.
     */
    public int taskPid;

    public int taskCommId;
    public int taskPrio;

    /** sched_waking, sched_wakeup*: target CPU; sched_migrate_task: destination CPU. */
    public int targetCpu;

    /** sched_migrate_task: CPU of origin. */
    public int originCpu;

    /** sched_switch: the task that leaves the CPU. */
    public int prevPid;

    public int prevCommId;
    public int prevPrio;

    /** sched_switch: first letter of prev_state (R, S, D, I, T, X, Z, P ...). */
    public char prevState;

    /** sched_switch: prev_state carried '+': the task was preempted (also R+). */
    public boolean prevPreempted;
}
