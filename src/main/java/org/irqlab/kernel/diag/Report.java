package org.irqlab.kernel.diag;

import java.util.List;

/**
 * One report of a detector.
 *
 * @param what who or what it is about: the offending handler, lock, task or item by name
 * @param details further lines: held locks, stacks
 */
public record Report(ReportKind kind, String what, ReportContext context, List<String> details) {
    public Report {
        details = List.copyOf(details);
    }

    /** Returns the report as the kernel's log shows it. */
    public String text() {
        var text = new StringBuilder(kind.headline()).append(": ").append(what);
        if (context.cpu() >= 0) {
            text.append('\n').append(context.text());
        }
        for (String line : details) {
            text.append('\n').append(line);
        }
        return text.toString();
    }
}
