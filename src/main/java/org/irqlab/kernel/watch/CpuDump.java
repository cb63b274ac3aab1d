package org.irqlab.kernel.watch;

import org.irqlab.hw.cpu.GuestThread;
import org.irqlab.kernel.diag.CallStack;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.Task;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * Says what a CPU is doing: context, pending softirqs, interrupts that keep it busy, and the stack
 * of the task or idle loop that it is in, with what runs on top of that.
 *
 * <p><b>Threads.</b> {@link #lines} the CPU's holder; {@link #linesFromOutside} any, from racy
 * looks.
 */
final class CpuDump {
    private static final int MOST_FRAMES = 16;
    private static final String HOST_FRAMES = "java.";
    private static final String OWN_FRAMES = CpuDump.class.getPackageName();

    private final Function<KernelCpu, String> softirqs;
    private final Function<KernelCpu, List<String>> interrupts;

    /**
     * @param softirqs names what is pending
     * @param interrupts says which lines keep the CPU busy, if they do
     */
    CpuDump(Function<KernelCpu, String> softirqs, Function<KernelCpu, List<String>> interrupts) {
        this.softirqs = softirqs;
        this.interrupts = interrupts;
    }

    /** Returns who is stuck: the CPU, and the task whose context it is in. */
    static String title(KernelCpu cpu) {
        Task task = cpu.current();
        return "CPU#%d [%s:%d]".formatted(cpu.id(), task.name(), task.pid());
    }

    /** Returns the details of a report by the CPU itself. */
    List<String> lines(KernelCpu cpu) {
        var lines = new ArrayList<String>();
        int count = cpu.preemptCount();
        lines.add(
                "hardirq %d, serving softirq %b, bh off %d, preemption off %d, softirqs pending: %s"
                        .formatted(
                                PreemptCount.hardirqDepth(count),
                                PreemptCount.inServingSoftirq(count),
                                PreemptCount.bhDisableDepth(count),
                                PreemptCount.preemptDepth(count),
                                softirqs.apply(cpu)));
        lines.addAll(interrupts.apply(cpu));
        lines.addAll(stack(cpu.current()));
        return lines;
    }

    /** Returns the details of a report by somebody else: the CPU does not answer. */
    List<String> linesFromOutside(KernelCpu cpu) {
        var lines = new ArrayList<String>();
        lines.add("preempt_count %x, as seen from outside".formatted(cpu.preemptCount()));
        lines.addAll(stack(cpu.current()));
        return lines;
    }

    /** Returns the innermost frames of a task. */
    static List<String> stack(Task task) {
        var lines = new ArrayList<String>();
        for (StackTraceElement frame : task.thread().stackTrace()) {
            String type = frame.getClassName();
            boolean own = type.startsWith(OWN_FRAMES) || type.equals(GuestThread.class.getName());
            if (lines.size() < MOST_FRAMES && !own && !type.startsWith(HOST_FRAMES)) {
                lines.add(CallStack.line(frame));
            }
        }
        return lines;
    }
}
