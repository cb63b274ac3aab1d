package org.irqlab.base.trace;

/** The static tracepoints of the machine; names and fields are the kernel's. */
public enum Tracepoint {
    /** a = irq, b = name id. */
    IRQ_HANDLER_ENTRY("irq_handler_entry"),
    /** a = irq, b = returned. */
    IRQ_HANDLER_EXIT("irq_handler_exit"),
    /** a = softirq vector. */
    SOFTIRQ_RAISE("softirq_raise"),
    SOFTIRQ_ENTRY("softirq_entry"),
    SOFTIRQ_EXIT("softirq_exit"),
    /** a = tasklet, b = function name id. */
    TASKLET_ENTRY("tasklet_entry"),
    TASKLET_EXIT("tasklet_exit"),
    /**
     * a = work item, b = function name id, c = workqueue name id << 16 | (requested cpu & 0xffff).
     */
    WORKQUEUE_QUEUE_WORK("workqueue_queue_work"),
    /** a = work item, b = function name id. */
    WORKQUEUE_ACTIVATE_WORK("workqueue_activate_work"),
    WORKQUEUE_EXECUTE_START("workqueue_execute_start"),
    WORKQUEUE_EXECUTE_END("workqueue_execute_end"),
    /** a = previous pid << 32 | state letter << 16 | priority; b = next pid << 32 | priority. */
    SCHED_SWITCH("sched_switch"),
    /** a = pid, b = priority, c = target cpu. */
    SCHED_WAKING("sched_waking"),
    SCHED_WAKEUP("sched_wakeup"),
    /** a = device name id, b = work, c = budget. */
    NAPI_POLL("napi_poll"),
    /** a = vector. */
    LOCAL_TIMER_ENTRY("local_timer_entry"),
    LOCAL_TIMER_EXIT("local_timer_exit"),
    RESCHEDULE_ENTRY("reschedule_entry"),
    RESCHEDULE_EXIT("reschedule_exit"),
    CALL_FUNCTION_SINGLE_ENTRY("call_function_single_entry"),
    CALL_FUNCTION_SINGLE_EXIT("call_function_single_exit"),
    CALL_FUNCTION_ENTRY("call_function_entry"),
    CALL_FUNCTION_EXIT("call_function_exit"),
    IRQ_WORK_ENTRY("irq_work_entry"),
    IRQ_WORK_EXIT("irq_work_exit"),
    /** a = handler name id, b = its duration in ns, c = whether it knew the cause. */
    NMI_HANDLER("nmi_handler"),
    /** a = address, b = instruction, c = error code. */
    PAGE_FAULT_USER("page_fault_user"),
    PAGE_FAULT_KERNEL("page_fault_kernel"),
    /**
     * A driver did something wrong with its line; a = irq, b = the error. Not a kernel event: left
     * out of exported text.
     */
    IRQ_ERROR("irq_error"),
    /**
     * A guest did what its hardware forbids; a = the error, b = register, vector or device, c = the
     * value. Not a kernel event: left out of exported text.
     */
    GUEST_ERROR("guest_error"),
    /**
     * The host took the CPU away; a = length of the gap in ns. Not a kernel event: left out of
     * exported text.
     */
    HOST_STEAL("host_steal");

    private final String text;

    Tracepoint(String text) {
        this.text = text;
    }

    /** Returns the event's name as tracefs prints it. */
    public String text() {
        return text;
    }
}
