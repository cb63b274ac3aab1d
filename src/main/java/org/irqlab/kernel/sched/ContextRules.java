package org.irqlab.kernel.sched;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.diag.CallStack;
import org.irqlab.kernel.diag.ReportKind;

import java.util.ArrayList;
import java.util.List;

/**
 * What becomes of guest code that breaks the rules of its context: it is named in the machine's
 * log, and the machine goes on where the kernel does.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton. Slow paths only: whoever calls has seen that
 * something is wrong.
 *
 * @see "Linux kernel/sched/core.c, __might_resched, __schedule_bug; kernel/workqueue.c, workqueue
 *     leaked lock or atomic"
 */
final class ContextRules {
    // Parts of a mark, above the preempt count.
    private static final long IRQS_ON = 1L << 32;
    private static final int DEPTH_SHIFT = 33;

    private ContextRules() {}

    /** What guest code must leave as it is. */
    @HotPath
    static long mark(KernelCpu cpu) {
        long irqs = cpu.hw().irqsEnabled() ? IRQS_ON : 0;
        long depth = cpu.current().locks().depth();
        return depth << DEPTH_SHIFT | irqs | cpu.preemptCount();
    }

    /** Something that may sleep is called where nothing may: it goes on all the same. */
    static void mayNotSleep(KernelCpu cpu, String what) {
        if (!cpu.smp().running()) {
            return;
        }
        Task self = cpu.current();
        boolean atomic = cpu.preemptCount() != 0 || !cpu.hw().irqsEnabled();
        if (atomic || cpu.scheduler().idle(self)) {
            cpu.report(ReportKind.SLEEP_IN_ATOMIC, what, where(self));
        } else {
            cpu.report(ReportKind.BLOCKING_WHILE_NOT_RUNNING, what, where(self));
        }
    }

    /**
     * A switch with preemption off. A task switches as if it were on, and has its count back
     * afterwards. An interrupt cannot: there the sleep ends at once, and whoever waits in a loop
     * waits busily.
     */
    static void scheduleInAtomic(KernelCpu cpu) {
        Task self = cpu.current();
        int count = cpu.preemptCount();
        if (cpu.smp().stopping()) {
            throw new TaskExit();
        }
        boolean task = PreemptCount.inTask(count) && !cpu.scheduler().idle(self);
        String what = task ? self.name() : contextName(count) + " on top of " + self.name();
        cpu.report(ReportKind.SCHEDULE_IN_ATOMIC, what, where(self));
        if (task) {
            cpu.restorePreemptCount(0);
            cpu.scheduler().scheduleTask();
            self.cpu().restorePreemptCount(count);
        } else {
            self.finishSleep();
            cpu.hw().poll();
            Thread.yield();
        }
    }

    /** A voluntary switch with preemption off: there is none. */
    static void noVoluntarySwitch(KernelCpu cpu) {
        mayNotSleep(cpu, "reschedule point");
    }

    /**
     * Guest code came back with another context than it was called with.
     *
     * @param mark what {@link KernelCpu#contextMark} had returned before the call
     */
    static void repair(KernelCpu cpu, long mark, String kind, String name) {
        int count = (int) mark;
        boolean irqsOn = (mark & IRQS_ON) != 0;
        String what = kind + " " + name;
        if (cpu.preemptCount() != count) {
            report(cpu, ReportKind.PREEMPT_LEAK, what, change(count, cpu.preemptCount()));
        }
        if (cpu.hw().irqsEnabled() != irqsOn) {
            report(cpu, ReportKind.IRQ_FLAG_LEAK, what, irqsOn ? "left off" : "left on");
        }
        dropLocks(cpu, (int) (mark >>> DEPTH_SHIFT), what);
        cpu.repairPreemptCount(count);
        cpu.hw().irqRestore(irqsOn);
    }

    /** The same for a whole interrupt, where no handler is to blame. Leaves interrupts off. */
    static void repairInterrupt(KernelCpu cpu, int entered, int depth, int vector) {
        String what = "interrupt vector 0x%02x".formatted(vector);
        if (cpu.hw().irqsEnabled()) {
            report(cpu, ReportKind.IRQ_FLAG_LEAK, what, "left on");
        }
        if (cpu.preemptCount() != entered) {
            report(cpu, ReportKind.PREEMPT_LEAK, what, change(entered, cpu.preemptCount()));
        }
        dropLocks(cpu, depth, what);
        cpu.hw().irqDisable();
        cpu.repairPreemptCount(entered);
    }

    /** Who forgot locks will not give them back: nothing more is to be learnt of them. */
    private static void dropLocks(KernelCpu cpu, int depth, String what) {
        TaskLocks locks = cpu.current().locks();
        if (locks.depth() > depth) {
            report(cpu, ReportKind.LOCK_LEAK, what, String.join("; ", locks.drop(depth)));
        }
    }

    private static String change(int entered, int exited) {
        return "entered with preempt_count %08x, exited with %08x".formatted(entered, exited);
    }

    private static void report(KernelCpu cpu, ReportKind kind, String what, String detail) {
        if (!cpu.smp().stopping()) {
            cpu.report(kind, what, List.of(detail));
        }
    }

    /**
     * Returns whether bottom halves are off, so that they can be enabled. Where they should not be,
     * the kernel warns and enables them.
     */
    @HotPath
    static boolean mayEnableBh(KernelCpu cpu) {
        int count = cpu.preemptCount();
        if (!cpu.hw().irqsEnabled() || PreemptCount.inHardirq(count)) {
            Task self = cpu.current();
            cpu.report(ReportKind.BH_ENABLE_CONTEXT, self.name(), where(self));
        }
        if (PreemptCount.bhDisableDepth(count) == 0) {
            unbalanced(cpu, "enabling of bottom halves");
            return false;
        }
        return true;
    }

    /** Something is enabled that was not disabled: the count stays. */
    static void unbalanced(KernelCpu cpu, String what) {
        cpu.report(ReportKind.PREEMPT_LEAK, "unbalanced " + what, where(cpu.current()));
    }

    private static String contextName(int count) {
        if (PreemptCount.inNmi(count)) {
            return "NMI";
        }
        if (PreemptCount.inHardirq(count)) {
            return "hardirq";
        }
        return PreemptCount.inServingSoftirq(count) ? "softirq" : "idle";
    }

    private static List<String> where(Task self) {
        var lines = new ArrayList<String>();
        List<String> held = self.locks().held();
        lines.add(held.size() + " locks held by " + self.name() + "/" + self.pid() + ":");
        lines.addAll(held);
        lines.add("Call Trace:");
        lines.addAll(CallStack.here());
        return lines;
    }
}
