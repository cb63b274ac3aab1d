package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.base.trace.Tracepoint;

/**
 * The scheduler's tracepoints, with the kernel's fields.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux include/trace/events/sched.h"
 */
final class SchedEvents {
    private static final int PID_SHIFT = 32;

    private SchedEvents() {}

    @HotPath
    static void waking(KernelCpu cpu, Task task, int target) {
        cpu.trace(Tracepoint.SCHED_WAKING, task.pid(), prio(task), target);
        cpu.pathClock().markWaking();
    }

    @HotPath
    static void wakeup(KernelCpu cpu, Task task, int target) {
        cpu.trace(Tracepoint.SCHED_WAKEUP, task.pid(), prio(task), target);
    }

    /**
     * @param letter the state in which {@code from} leaves
     */
    @HotPath
    static void switching(KernelCpu cpu, Task from, char letter, Task to) {
        long left = word(from) | (long) letter << Short.SIZE;
        cpu.trace(Tracepoint.SCHED_SWITCH, left, word(to), 0);
    }

    private static long word(Task task) {
        return (long) task.pid() << PID_SHIFT | prio(task);
    }

    private static int prio(Task task) {
        return task.policy().kernelPrio();
    }
}
