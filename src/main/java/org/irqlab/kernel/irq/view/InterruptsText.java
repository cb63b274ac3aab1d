package org.irqlab.kernel.irq.view;

import org.irqlab.kernel.irq.line.IrqAction;
import org.irqlab.kernel.irq.line.IrqDescriptor;

import java.util.Comparator;
import java.util.List;

/**
 * The text of {@code /proc/interrupts}: a row for each line, a column for each CPU.
 *
 * <p>Racy, as the file is: the counters go on while it is read.
 *
 * @see "Linux kernel/irq/proc.c, show_interrupts"
 */
public final class InterruptsText {
    private static final int LEAST_NUMBER_WIDTH = 3;
    private static final int COUNT_WIDTH = 10;

    private InterruptsText() {}

    /** A row for interrupts that have no line: name, count of each CPU, description. */
    public record ExtraRow(String name, long[] counts, String description) {}

    /** Returns the file's text for the lines that are in use or have counted something. */
    public static String of(List<IrqDescriptor> lines, int cpus, List<ExtraRow> extra) {
        int width =
                Math.max(
                        LEAST_NUMBER_WIDTH,
                        lines.stream().mapToInt(l -> ("" + l.irq()).length()).max().orElse(0));
        var text = new StringBuilder(" ".repeat(width + 8));
        for (int cpu = 0; cpu < cpus; cpu++) {
            text.append("CPU%-8d".formatted(cpu));
        }
        text.append('\n');
        lines.stream()
                .filter(InterruptsText::shown)
                .sorted(Comparator.comparingInt(IrqDescriptor::irq))
                .forEach(line -> row(text, line, width, cpus));
        for (ExtraRow row : extra) {
            text.append(" ".repeat(Math.max(0, width - row.name().length())));
            text.append(row.name()).append(':');
            for (long count : row.counts()) {
                count(text, count);
            }
            text.append("  ").append(row.description()).append('\n');
        }
        return text.toString();
    }

    private static boolean shown(IrqDescriptor line) {
        return line.action() != null || line.counts().ran() > 0;
    }

    private static void row(StringBuilder text, IrqDescriptor line, int width, int cpus) {
        text.append(("%" + width + "d:").formatted(line.irq()));
        for (int cpu = 0; cpu < cpus; cpu++) {
            count(text, line.counts().byCpu(cpu));
        }
        String chip = line.chip() == null ? "None" : line.chip().name();
        text.append(" %8s".formatted(chip));
        boolean mapped = line.binding() != null && line.binding().domain() != null;
        text.append((" %" + width + "s").formatted(mapped ? line.binding().hwirq() : ""));
        text.append("-%-8s".formatted(line.flow().name()));
        String separator = "  ";
        for (IrqAction action = line.action(); action != null; action = action.next()) {
            text.append(separator).append(action.name());
            separator = ", ";
        }
        text.append('\n');
    }

    private static void count(StringBuilder text, long count) {
        text.append((" %" + COUNT_WIDTH + "d").formatted(count));
    }
}
