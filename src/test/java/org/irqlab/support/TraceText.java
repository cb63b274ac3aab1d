package org.irqlab.support;

import org.irqlab.lab.replay.ReplayPlan;
import org.irqlab.lab.replay.ReplayPlanBuilder;
import org.irqlab.lab.replay.StageAnalysis;
import org.irqlab.lab.trace.TraceInput;
import org.irqlab.lab.trace.TracefsReader;

import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A small trace written by hand, as the kernel would print it; times in ns from the first event,
 * tasks as "name-pid" or "name-pid:prio". Keeps each CPU's task and contexts, so that columns are
 * right by themselves.
 */
public final class TraceText {
    public static final String IDLE = "<idle>-0";

    private static final String[] VECTORS = {
        "HI", "TIMER", "NET_TX", "NET_RX", "BLOCK", "IRQ_POLL", "TASKLET", "SCHED", "HRTIMER", "RCU"
    };

    private final StringBuilder text = new StringBuilder("# tracer: nop\n#\n");
    private final Map<Integer, String> tasks = new HashMap<>();
    private final Map<Integer, Deque<Character>> contexts = new HashMap<>();

    /** The CPU's task changes without an event. */
    public TraceText on(int cpu, String task) {
        tasks.put(cpu, task);
        return this;
    }

    public TraceText irq(long ns, int cpu, int irq, String name) {
        context(cpu).push('h');
        return line(ns, cpu, "irq_handler_entry: irq=" + irq + " name=" + name);
    }

    public TraceText irqEnd(long ns, int cpu, int irq) {
        line(ns, cpu, "irq_handler_exit: irq=" + irq + " ret=handled");
        return close(cpu);
    }

    public TraceText vector(long ns, int cpu, String name, int vector) {
        context(cpu).push('h');
        return line(ns, cpu, name + "_entry: vector=" + vector);
    }

    public TraceText vectorEnd(long ns, int cpu, String name, int vector) {
        line(ns, cpu, name + "_exit: vector=" + vector);
        return close(cpu);
    }

    public TraceText timer(long ns, int cpu) {
        return vector(ns, cpu, "local_timer", 236);
    }

    public TraceText timerEnd(long ns, int cpu) {
        return vectorEnd(ns, cpu, "local_timer", 236);
    }

    /** An interrupt that no event records begins or ends. */
    public TraceText unrecorded(int cpu, boolean begins) {
        if (begins) {
            context(cpu).push('h');
            return this;
        }
        return close(cpu);
    }

    /** Softirq processing begins or ends, outside its runs. */
    public TraceText serving(int cpu, boolean begins) {
        if (begins) {
            context(cpu).push('s');
            return this;
        }
        return close(cpu);
    }

    public TraceText raise(long ns, int cpu, int vector) {
        return line(ns, cpu, "softirq_raise: " + softirq(vector));
    }

    public TraceText soft(long ns, int cpu, int vector) {
        context(cpu).push('s');
        return line(ns, cpu, "softirq_entry: " + softirq(vector));
    }

    public TraceText softEnd(long ns, int cpu, int vector) {
        line(ns, cpu, "softirq_exit: " + softirq(vector));
        return close(cpu);
    }

    public TraceText poll(long ns, int cpu, int packets) {
        return line(
                ns,
                cpu,
                "napi_poll: napi poll on napi struct 00000000c0de for device vB work "
                        + packets
                        + " budget 64");
    }

    public TraceText queue(long ns, int cpu, int item, String function, int chosenCpu) {
        return line(
                ns,
                cpu,
                String.format(
                        Locale.ROOT,
                        "workqueue_queue_work: work struct=%016x function=%s workqueue=wq"
                                + " req_cpu=256 cpu=%d",
                        item,
                        function,
                        chosenCpu));
    }

    public TraceText start(long ns, int cpu, int item, String function) {
        return line(
                ns,
                cpu,
                String.format(
                        Locale.ROOT,
                        "workqueue_execute_start: work struct %016x: function %s",
                        item,
                        function));
    }

    public TraceText end(long ns, int cpu, int item, String function) {
        return line(
                ns,
                cpu,
                String.format(
                        Locale.ROOT,
                        "workqueue_execute_end: work struct %016x: function %s",
                        item,
                        function));
    }

    public TraceText waking(long ns, int cpu, String task, int target) {
        return line(ns, cpu, "sched_waking: " + wake(task, target));
    }

    public TraceText wakeup(long ns, int cpu, String task, int target) {
        return line(ns, cpu, "sched_wakeup: " + wake(task, target));
    }

    /** sched_waking and sched_wakeup at once, by a CPU for its own run queue. */
    public TraceText wake(long ns, int cpu, String task) {
        return waking(ns, cpu, task, cpu).wakeup(ns, cpu, task, cpu);
    }

    public TraceText fork(long ns, int cpu, String task, int target) {
        return line(ns, cpu, "sched_wakeup_new: " + wake(task, target));
    }

    public TraceText switchTo(long ns, int cpu, String state, String next) {
        String prev = tasks.getOrDefault(cpu, IDLE);
        String to = next.equals(IDLE) ? "swapper/" + cpu + "-0" : next;
        String from = prev.equals(IDLE) ? "swapper/" + cpu + "-0" : prev;
        line(
                ns,
                cpu,
                "sched_switch: prev_comm="
                        + comm(from)
                        + " prev_pid="
                        + pid(from)
                        + " prev_prio="
                        + prio(from)
                        + " prev_state="
                        + state
                        + " ==> next_comm="
                        + comm(to)
                        + " next_pid="
                        + pid(to)
                        + " next_prio="
                        + prio(to));
        return on(cpu, next);
    }

    public TraceText lost(int cpu, int events) {
        text.append("CPU:").append(cpu).append(" [LOST ").append(events).append(" EVENTS]\n");
        contexts.remove(cpu);
        return this;
    }

    /** Returns the file's text. */
    public String text() {
        return text.toString();
    }

    /** Reads the trace into a plan. */
    public ReplayPlan plan() {
        TracefsReader reader = reader();
        var builder = new ReplayPlanBuilder(reader.names());
        reader.read(builder);
        return builder.build();
    }

    /** Reads the trace into stages. */
    public StageAnalysis stages() {
        TracefsReader reader = reader();
        var stages = new StageAnalysis(reader.names());
        reader.read(stages);
        return stages;
    }

    /** Returns a reader of the trace, for other sinks. */
    public TracefsReader reader() {
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        return new TracefsReader(TraceInput.bytes("mini", bytes), OptionalDouble.empty());
    }

    private TraceText line(long ns, int cpu, String event) {
        String task = tasks.getOrDefault(cpu, IDLE);
        text.append(
                String.format(
                        Locale.ROOT,
                        "%16s-%-7s [%03d] %s %5d.%09d: %s%n",
                        comm(task),
                        pid(task),
                        cpu,
                        flags(cpu),
                        1000 + ns / 1_000_000_000,
                        ns % 1_000_000_000,
                        event));
        return this;
    }

    private String flags(int cpu) {
        Deque<Character> stack = context(cpu);
        char context = stack.isEmpty() ? '.' : stack.peek();
        if (context == 'h' && stack.contains('s')) {
            context = 'H';
        }
        return (context == '.' || context == 's' ? ".." : "d.") + context + "1.";
    }

    private Deque<Character> context(int cpu) {
        return contexts.computeIfAbsent(cpu, number -> new ArrayDeque<>());
    }

    private TraceText close(int cpu) {
        context(cpu).pop();
        return this;
    }

    private static String softirq(int vector) {
        return "vec=" + vector + " [action=" + VECTORS[vector] + "]";
    }

    private static String wake(String task, int target) {
        return String.format(
                Locale.ROOT,
                "comm=%s pid=%s prio=%s target_cpu=%03d",
                comm(task),
                pid(task),
                prio(task),
                target);
    }

    private static String comm(String task) {
        return task.substring(0, task.lastIndexOf('-'));
    }

    private static String pid(String task) {
        return task.substring(task.lastIndexOf('-') + 1).split(":")[0];
    }

    private static String prio(String task) {
        int colon = task.lastIndexOf(':');
        return colon > task.lastIndexOf('-') ? task.substring(colon + 1) : "120";
    }
}
