package org.irqlab.kernel.diag;

/**
 * What a detector can find, with the words of the kernel's log and how often they are said.
 *
 * <p>Every occurrence is counted, whether it is kept or not.
 */
public enum ReportKind {
    /** Something that may sleep was called where that is not allowed. */
    SLEEP_IN_ATOMIC(
            "BUG: sleeping function called from invalid context", Frequency.ONCE_PER_SECOND),
    /** A task switch with preemption off. */
    SCHEDULE_IN_ATOMIC("BUG: scheduling while atomic", Frequency.FIRST_OF_EACH),
    /** A handler, softirq, tasklet, timer or work function came back with another preempt count. */
    PREEMPT_LEAK("BUG: preempt count changed", Frequency.FIRST_OF_EACH),
    /** The same for the interrupt flag. */
    IRQ_FLAG_LEAK("WARNING: interrupt flag changed", Frequency.FIRST_OF_EACH),
    /** The same for a lock that was taken and not given back. */
    LOCK_LEAK("BUG: held lock leaked", Frequency.FIRST_OF_EACH),
    /** A blocking operation between the announcement of a sleep and the sleep. */
    BLOCKING_WHILE_NOT_RUNNING(
            "WARNING: do not call blocking ops when !TASK_RUNNING", Frequency.FIRST_OF_EACH),
    /** Bottom halves enabled in hardirq context or with interrupts off. */
    BH_ENABLE_CONTEXT("WARNING: bottom halves enabled in wrong context", Frequency.FIRST_OF_EACH),
    /** The CPU goes idle with a softirq pending; said ten times, as in the kernel. */
    SOFTIRQ_PENDING_AT_IDLE("NOHZ tick-stop error: local softirq work is pending", Frequency.EVERY),
    /** A tasklet on a list without SCHED: it was initialised again while it was queued. */
    TASKLET_NOT_SCHEDULED("tasklet SCHED state not set", Frequency.FIRST_OF_EACH),
    /** A tasklet killed where that cannot wait. */
    TASKLET_KILL_IN_INTERRUPT("Attempt to kill tasklet from interrupt", Frequency.FIRST_OF_EACH),
    /** A kill that waits too long: the tasklet schedules itself, or is disabled. */
    TASKLET_KILL_STUCK("tasklet kill does not come to an end", Frequency.EVERY),
    /** A tasklet that is scheduled and disabled, and comes back pass after pass. */
    TASKLET_DISABLED_SPIN("WARNING: disabled tasklet is scheduled", Frequency.FIRST_OF_EACH),
    /** A softirq is pending, and nobody gets to serve it. */
    SOFTIRQ_UNSERVED("WARNING: softirq is not served", Frequency.EVERY),
    /** The softirqs of a CPU raise themselves again and never run dry. */
    SOFTIRQ_LIVELOCK("WARNING: softirqs never run dry", Frequency.EVERY),
    /** A queue with frames that nobody polls, and whose interrupt is off. */
    NAPI_STALLED("WARNING: receive queue stalled", Frequency.EVERY),
    /** A poll that served more packets than it was allowed to. */
    NAPI_OVER_WEIGHT("NAPI poll function exceeded its budget", Frequency.FIRST_OF_EACH),
    /** A poll that used its weight up and had given its ownership away. */
    NAPI_RESCHEDULED("Budget exhausted after napi rescheduled", Frequency.FIRST_OF_EACH),
    /** A completion by who does not own the instance. */
    NAPI_COMPLETE_NOT_OWNED("WARNING: napi completed without SCHED", Frequency.FIRST_OF_EACH),
    /** A task takes a lock that it holds, or one of the same class without saying how it nests. */
    LOCK_RECURSION("WARNING: possible recursive locking detected", Frequency.FIRST_OF_EACH),
    /** A CPU spins for a lock that it holds itself: it never gets it. */
    SPIN_RECURSION("BUG: spinlock recursion", Frequency.FIRST_OF_EACH),
    /** A lock given back by who does not hold it. */
    BAD_UNLOCK("WARNING: bad unlock balance detected", Frequency.FIRST_OF_EACH),
    /** Locks taken in an order that can close a circle. */
    CIRCULAR_LOCKING("WARNING: possible circular locking dependency", Frequency.FIRST_OF_EACH),
    /** A lock that interrupts take is held while one is taken that interrupts may stop. */
    IRQ_LOCK_INVERSION(
            "WARNING: irq-safe -> irq-unsafe lock order detected", Frequency.FIRST_OF_EACH),
    /** A lock that interrupts take was taken where they can come. */
    INCONSISTENT_LOCK_STATE("WARNING: inconsistent lock state", Frequency.FIRST_OF_EACH),
    /** A lock of a kind that may not be taken in this context. */
    INVALID_WAIT_CONTEXT("BUG: Invalid wait context", Frequency.FIRST_OF_EACH),
    /** A task runs while a more urgent one waits for a lock whose owner does not get the CPU. */
    PRIORITY_INVERSION("WARNING: priority inversion", Frequency.FIRST_OF_EACH),
    /** A task sleeps though what it waits for is true, and nobody wakes it. */
    LOST_WAKE_UP("BUG: lost wake-up", Frequency.FIRST_OF_EACH),
    /** A CPU ran kernel code for too long without a switch. */
    SOFT_LOCKUP("watchdog: BUG: soft lockup", Frequency.EVERY),
    /** A CPU took no interrupt for too long. */
    HARD_LOCKUP("watchdog: Watchdog detected hard LOCKUP", Frequency.EVERY),
    /** A task slept uninterruptibly for too long. */
    HUNG_TASK("INFO: task blocked for too long", Frequency.EVERY),
    /** A worker pool made no progress for too long. */
    WORKQUEUE_LOCKUP("BUG: workqueue lockup", Frequency.EVERY),
    /** A per-CPU work item ran for too long without sleeping. */
    WORKQUEUE_CPU_HOG("workqueue: item hogged CPU", Frequency.FIRST_OF_EACH),
    /** A queue that reclaim needs waits for one that it does not need, or an item for itself. */
    WORKQUEUE_FLUSH_DEPENDENCY(
            "workqueue: flush would wait for what cannot end", Frequency.FIRST_OF_EACH),
    /** Somebody used a workqueue or a work item as its rules forbid. */
    WORKQUEUE_MISUSE("WARNING: workqueue", Frequency.FIRST_OF_EACH),
    /** A cross-call was not answered for too long. */
    CROSS_CALL_TIMEOUT("csd: Detected non-responsive CSD lock", Frequency.EVERY),
    /** An object that is in use was initialised or freed. */
    OBJECT_STATE("ODEBUG: object in use", Frequency.FIRST_OF_EACH),
    /** A CPU took one interrupt after the other and never got on with what they interrupted. */
    INTERRUPT_STORM("WARNING: interrupt storm", Frequency.FIRST_OF_EACH),
    /** An interrupt is in service, and no handler runs that could end it. */
    INTERRUPT_NOT_ENDED("WARNING: interrupt was never ended", Frequency.EVERY),
    /** A top half takes longer than it may, as a rule. */
    TOP_HALF_OVER_BUDGET("WARNING: top half over its budget", Frequency.FIRST_OF_EACH),
    /** A periodic timer is a whole period off. */
    TIMER_DRIFT("WARNING: periodic timer drifts", Frequency.FIRST_OF_EACH);

    /** Which occurrences are kept with their words. */
    public enum Frequency {
        EVERY,
        /** At most one a second, whatever it is about. */
        ONCE_PER_SECOND,
        /** The first about each thing. */
        FIRST_OF_EACH
    }

    private final String headline;
    private final Frequency frequency;

    ReportKind(String headline, Frequency frequency) {
        this.headline = headline;
        this.frequency = frequency;
    }

    /** Returns the words with which the kernel's log begins such a report. */
    public String headline() {
        return headline;
    }

    public Frequency frequency() {
        return frequency;
    }
}
