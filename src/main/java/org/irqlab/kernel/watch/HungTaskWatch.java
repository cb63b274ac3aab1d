package org.irqlab.kernel.watch;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.time.CpuTimers;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Looks for tasks that sleep uninterruptibly and have not been switched to since the last look.
 *
 * <p>Each is reported once for each such sleep.
 *
 * <p><b>Threads.</b> Its task, {@code khungtaskd}; what it sees of others is racy, so that it
 * believes it only when it has seen it twice.
 *
 * @see "Linux kernel/hung_task.c"
 */
final class HungTaskWatch {
    private final Supplier<List<Task>> tasks;
    private final IntFunction<CpuTimers> timers;
    private final long periodNs;
    private final Map<Task, Sleep> seen = new HashMap<>();

    /** A sleep, known by the turn before it; and whether it was reported. */
    private record Sleep(long turn, boolean told) {}

    HungTaskWatch(Supplier<List<Task>> tasks, IntFunction<CpuTimers> timers, long periodNs) {
        this.tasks = tasks;
        this.timers = timers;
        this.periodNs = periodNs;
    }

    /** The body of khungtaskd. */
    void run(Task self) {
        while (true) {
            timers.apply(self.cpu().id()).sleep(self, periodNs);
            for (Task task : tasks.get()) {
                look(task, self);
            }
        }
    }

    private void look(Task task, Task self) {
        if (!task.asleepUninterruptibly()) {
            seen.remove(task);
            return;
        }
        Sleep before = seen.get(task);
        long turn = task.switchedInNs();
        if (before == null || before.turn() != turn) {
            seen.put(task, new Sleep(turn, false));
        } else if (!before.told()) {
            seen.put(task, new Sleep(turn, true));
            self.cpu().report(ReportKind.HUNG_TASK, name(task), details(task));
        }
    }

    private static String name(Task task) {
        return "task %s:%d".formatted(task.name(), task.pid());
    }

    private List<String> details(Task task) {
        var details = new ArrayList<String>();
        details.add(
                "blocked for more than %d ms on CPU %d"
                        .formatted(periodNs / 1_000_000, task.cpu().id()));
        details.addAll(CpuDump.stack(task));
        return details;
    }
}
