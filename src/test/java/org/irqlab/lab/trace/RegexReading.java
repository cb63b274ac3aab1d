package org.irqlab.lab.trace;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The plain model of {@link TracefsReader}: one regular expression for each event of Linux 6.18.
 * Gives what {@link EventText} gives.
 */
final class RegexReading {
    private static final Pattern LINE =
            Pattern.compile(
                    "^\\s*(.{1,16})-(\\d+)\\s+\\[(\\d+)\\] (.)(.)(.)..\\s+([\\d.]+): (\\w+):(?:"
                            + " (.*))?$");
    private static final String TASK = "comm=(.*) pid=(\\d+) prio=(-?\\d+)";
    private static final Pattern SWITCH =
            Pattern.compile(
                    "prev_comm=(.*) prev_pid=(\\d+) prev_prio=(-?\\d+) prev_state=(.)(\\+?) ==>"
                            + " next_comm=(.*) next_pid=(\\d+) next_prio=(-?\\d+)");
    private static final Pattern WAKE = Pattern.compile(TASK + " target_cpu=(\\d+)");
    private static final Pattern MIGRATE =
            Pattern.compile(TASK + " orig_cpu=(\\d+) dest_cpu=(\\d+)");
    private static final Pattern QUEUE =
            Pattern.compile(
                    "work struct=0*(\\w+) function=(\\S+) workqueue=(\\S+) req_cpu=(\\d+)"
                            + " cpu=(-?\\d+)");
    private static final Pattern WORK =
            Pattern.compile("work struct 0*(\\w+)(?:: function | function=)(\\S+)\\s*");
    private static final Pattern NAPI =
            Pattern.compile(
                    "napi poll on napi struct 0*(\\w+) for device (\\S+) work (\\d+) budget"
                            + " (\\d+)");
    private static final Pattern IRQ_ENTRY = Pattern.compile("irq=(\\d+) name=(.*)");
    private static final Pattern IRQ_EXIT = Pattern.compile("irq=(\\d+) ret=(handled|unhandled)");
    private static final Pattern NUMBER = Pattern.compile("(?:vec|vector)=(\\d+).*");

    private RegexReading() {}

    static List<String> events(List<String> lines, double nsPerCycle) {
        var events = new ArrayList<String>();
        long first = -1;
        for (int i = 0; i < lines.size(); i++) {
            if (lines.get(i).startsWith("#") || lines.get(i).isBlank()) {
                continue;
            }
            Matcher m = match(LINE, lines.get(i));
            boolean seconds = m.group(7).contains(".");
            long stamp = Long.parseLong(m.group(7).replace(".", ""));
            first = first < 0 ? stamp : first;
            long ns = seconds ? (stamp - first) * 1000 : (long) ((stamp - first) * nsPerCycle);
            events.add(
                    String.join(
                            " ",
                            "line=" + (i + 1),
                            "ns=" + ns,
                            "cpu=" + Integer.parseInt(m.group(3)),
                            "pid=" + m.group(2),
                            "comm=" + m.group(1),
                            "off=" + "dD".contains(m.group(4)),
                            "resched=" + !m.group(5).equals("."),
                            "context=" + m.group(6),
                            event(m.group(8), m.group(9))));
        }
        return events;
    }

    private static String event(String name, String text) {
        return switch (name) {
            case "irq_handler_entry" -> fill(name + " irq=%s name=%s", IRQ_ENTRY, text);
            case "irq_handler_exit" ->
                    fill(name + " irq=%s ret=%s", IRQ_EXIT, text)
                            .replace("ret=handled", "ret=1")
                            .replace("ret=unhandled", "ret=0");
            case "workqueue_queue_work" ->
                    fill(
                            name + " object=%s function=%s workqueue=%s req_cpu=%s cpu=%s",
                            QUEUE,
                            text);
            case "workqueue_activate_work", "workqueue_execute_start", "workqueue_execute_end" ->
                    fill(name + " object=%s function=%s", WORK, text);
            case "sched_switch" ->
                    fill(name + " prev=%s %s %s %s%s comm=%s pid=%s prio=%s", SWITCH, text);
            case "sched_waking", "sched_wakeup", "sched_wakeup_new" -> {
                Matcher m = match(WAKE, text);
                yield name
                        + (" comm=" + m.group(1) + " pid=" + m.group(2))
                        + (" prio=" + m.group(3) + " cpu=" + Integer.parseInt(m.group(4)));
            }
            case "sched_migrate_task" ->
                    fill(name + " comm=%s pid=%s prio=%s %s->%s", MIGRATE, text);
            case "napi_poll" -> fill(name + " object=%s device=%s work=%s of %s", NAPI, text);
            default -> plain(name, text);
        };
    }

    private static String plain(String name, String text) {
        for (EventKind kind : EventKind.values()) {
            if (kind.text().equals(name)) {
                return fill(name + " number=%s", NUMBER, text);
            }
        }
        return "other " + name;
    }

    private static String fill(String format, Pattern pattern, String text) {
        Matcher m = match(pattern, text);
        Object[] groups = new Object[m.groupCount()];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = m.group(i + 1);
        }
        return String.format(format, groups);
    }

    private static Matcher match(Pattern pattern, String text) {
        Matcher m = pattern.matcher(text);
        if (!m.matches()) {
            throw new IllegalArgumentException("the model cannot read: " + text);
        }
        return m;
    }
}
