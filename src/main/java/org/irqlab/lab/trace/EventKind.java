package org.irqlab.lab.trace;

/** The kernel events that irqlab understands; names and fields as in tracefs. */
public enum EventKind {
    IRQ_HANDLER_ENTRY("irq_handler_entry"),
    IRQ_HANDLER_EXIT("irq_handler_exit"),
    SOFTIRQ_RAISE("softirq_raise"),
    SOFTIRQ_ENTRY("softirq_entry"),
    SOFTIRQ_EXIT("softirq_exit"),
    TASKLET_ENTRY("tasklet_entry"),
    TASKLET_EXIT("tasklet_exit"),
    WORKQUEUE_QUEUE_WORK("workqueue_queue_work"),
    WORKQUEUE_ACTIVATE_WORK("workqueue_activate_work"),
    WORKQUEUE_EXECUTE_START("workqueue_execute_start"),
    WORKQUEUE_EXECUTE_END("workqueue_execute_end"),
    SCHED_SWITCH("sched_switch"),
    SCHED_WAKING("sched_waking"),
    SCHED_WAKEUP("sched_wakeup"),
    SCHED_WAKEUP_NEW("sched_wakeup_new"),
    SCHED_MIGRATE_TASK("sched_migrate_task"),
    NAPI_POLL("napi_poll"),
    LOCAL_TIMER_ENTRY("local_timer_entry"),
    LOCAL_TIMER_EXIT("local_timer_exit"),
    RESCHEDULE_ENTRY("reschedule_entry"),
    RESCHEDULE_EXIT("reschedule_exit"),
    CALL_FUNCTION_ENTRY("call_function_entry"),
    CALL_FUNCTION_EXIT("call_function_exit"),
    CALL_FUNCTION_SINGLE_ENTRY("call_function_single_entry"),
    CALL_FUNCTION_SINGLE_EXIT("call_function_single_exit"),
    IRQ_WORK_ENTRY("irq_work_entry"),
    IRQ_WORK_EXIT("irq_work_exit"),
    PAGE_FAULT_USER("page_fault_user"),
    PAGE_FAULT_KERNEL("page_fault_kernel"),
    NMI_HANDLER("nmi_handler"),
    /** An event that irqlab reads over; {@link TraceEvent#nameId} holds its name. */
    OTHER("");

    private final String text;

    EventKind(String text) {
        this.text = text;
    }

    /** Returns the event's name as tracefs prints it, empty for {@link #OTHER}. */
    public String text() {
        return text;
    }
}
