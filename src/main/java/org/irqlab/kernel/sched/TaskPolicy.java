package org.irqlab.kernel.sched;

/**
 * Scheduling policy and priority of a task.
 *
 * @param rtPriority 1 to 99 for FIFO, 0 for the fair class
 * @param nice −20 to 19, fair class only
 */
public record TaskPolicy(int rtPriority, int nice) {
    /** The priority of interrupt threads. */
    public static final TaskPolicy FIFO_50 = fifo(50);

    public static final TaskPolicy NORMAL = fair(0);

    private static final int MAX_RT_PRIORITY = 99;
    private static final int MIN_NICE = -20;
    private static final int MAX_NICE = 19;
    private static final int DEFAULT_PRIO = 120;

    public TaskPolicy {
        if (rtPriority < 0 || rtPriority > MAX_RT_PRIORITY) {
            throw new IllegalArgumentException(
                    "rtPriority=" + rtPriority + " outside 0..MAX_RT_PRIORITY=" + MAX_RT_PRIORITY);
        }
        if (nice < MIN_NICE || nice > MAX_NICE) {
            throw new IllegalArgumentException("nice=" + nice + " outside -20..19");
        }
    }

    public static TaskPolicy fifo(int rtPriority) {
        return new TaskPolicy(rtPriority, 0);
    }

    public static TaskPolicy fair(int nice) {
        return new TaskPolicy(0, nice);
    }

    /**
     * Returns the policy that the kernel's events show as {@code prio}: below 100 FIFO, 100 to 139
     * fair.
     */
    public static TaskPolicy ofKernelPrio(int prio) {
        if (prio <= MAX_RT_PRIORITY) {
            return fifo(Math.clamp(MAX_RT_PRIORITY - prio, 1, MAX_RT_PRIORITY));
        }
        return fair(Math.clamp(prio - DEFAULT_PRIO, MIN_NICE, MAX_NICE));
    }

    public boolean realTime() {
        return rtPriority > 0;
    }

    /** Returns the priority as the kernel's events show it: lower is more urgent. */
    public int kernelPrio() {
        return realTime() ? MAX_RT_PRIORITY - rtPriority : DEFAULT_PRIO + nice;
    }
}
