package org.irqlab.kernel.watch;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.sched.CpuTimes;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/**
 * Looks whether interrupts take more than half of one CPU's time, and which lines most.
 *
 * <p><b>Threads.</b> The CPU's holder.
 *
 * @see "Linux kernel/watchdog.c, need_counting_irqs and print_irq_counts"
 */
public final class StormHint {
    private static final int MOST_LINES = 5;
    private static final int PERCENT = 100;

    private final CpuTimes times;
    private final Supplier<List<IrqDescriptor>> lines;

    // As of the last sample.
    private final Map<IrqDescriptor, Long> before = new HashMap<>();
    private long hardirqNs;
    private long totalNs;
    private long percent;
    private boolean told;
    private List<String> busiest = List.of();

    public StormHint(CpuTimes times, Supplier<List<IrqDescriptor>> lines) {
        this.times = times;
        this.lines = lines;
    }

    /** Looks at the time since the last sample, and reports a storm once for each that begins. */
    void look(KernelCpu cpu) {
        boolean storms = sample(cpu);
        if (storms && !told) {
            cpu.report(ReportKind.INTERRUPT_STORM, "CPU#" + cpu.id(), lines());
        }
        told = storms;
    }

    private boolean sample(KernelCpu cpu) {
        long hardirq = times.ns(CpuTimes.Kind.HARDIRQ);
        long total = times.totalNs();
        percent = total == totalNs ? 0 : PERCENT * (hardirq - hardirqNs) / (total - totalNs);
        hardirqNs = hardirq;
        totalNs = total;
        var counts = new ArrayList<LineCount>();
        for (IrqDescriptor line : lines.get()) {
            long count = line.counts().byCpu(cpu.id());
            counts.add(new LineCount(line, count - before.getOrDefault(line, 0L)));
            before.put(line, count);
        }
        counts.sort(Comparator.comparingLong(LineCount::count).reversed());
        busiest =
                counts.stream()
                        .limit(MOST_LINES)
                        .filter(each -> each.count() > 0)
                        .map(each -> " irq %d: %d".formatted(each.line().irq(), each.count()))
                        .toList();
        return percent > PERCENT / 2;
    }

    private record LineCount(IrqDescriptor line, long count) {}

    /** Returns the last sample in words: the share, and the busiest lines with their counts. */
    List<String> lines() {
        var all = new ArrayList<String>();
        all.add(
                "hardirq %d %% of the last sample; interrupts of this CPU in it:"
                        .formatted(percent));
        all.addAll(busiest);
        return all;
    }
}
