package org.irqlab.kernel.diag;

import org.irqlab.base.time.HostClock;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * Takes every report of one machine: counts it, and keeps its words as often as its kind says.
 *
 * <p>What is kept is bounded: the first {@value #CAPACITY} reports, as the first one is the one to
 * read. A detector that finds the same thing a million times costs a counter.
 *
 * <p><b>Threads.</b> Any. Reports are rare, so they share a monitor; whoever holds it does nothing
 * but copy, and the listener is called outside of it.
 */
public final class KernelLog {
    /** Most reports kept. */
    public static final int CAPACITY = 256;

    // Things known by name, to report the first occurrence of each.
    private static final int MAX_NAMES = 4_096;
    private static final long SECOND_NS = 1_000_000_000;

    private final LongSupplier clockNs;
    private final AtomicLongArray counts = new AtomicLongArray(ReportKind.values().length);

    // Guarded by this.
    private final List<Report> kept = new ArrayList<>();
    private final Set<Name> names = new HashSet<>();
    private final Map<ReportKind, Long> lastNs = new EnumMap<>(ReportKind.class);
    private long dropped;

    private volatile Consumer<Report> listener = report -> {};

    private record Name(ReportKind kind, String what) {}

    public KernelLog() {
        this(HostClock::nowNs);
    }

    KernelLog(LongSupplier clockNs) {
        this.clockNs = clockNs;
    }

    /** Sets who is told of each report that is kept, in the reporter's thread. */
    public void setListener(Consumer<Report> listener) {
        this.listener = listener;
    }

    /** Counts an occurrence, and keeps its report if it is its turn; returns whether it is. */
    public boolean report(
            ReportKind kind, String what, ReportContext context, List<String> details) {
        return report(kind, what, () -> new Report(kind, what, context, details));
    }

    /**
     * The same where the words are dear: {@code report} is asked for them only when they are kept.
     */
    public boolean report(ReportKind kind, String what, Supplier<Report> report) {
        counts.getAndIncrement(kind.ordinal());
        if (!takesTurn(kind, what)) {
            return false;
        }
        Report words = report.get();
        synchronized (this) {
            if (kept.size() == CAPACITY) {
                dropped++;
                return false;
            }
            kept.add(words);
        }
        listener.accept(words);
        return true;
    }

    private synchronized boolean takesTurn(ReportKind kind, String what) {
        return switch (kind.frequency()) {
            case EVERY -> true;
            case FIRST_OF_EACH -> names.size() < MAX_NAMES && names.add(new Name(kind, what));
            case ONCE_PER_SECOND -> {
                long now = clockNs.getAsLong();
                Long last = lastNs.get(kind);
                boolean due = last == null || now - last >= SECOND_NS;
                if (due) {
                    lastNs.put(kind, now);
                }
                yield due;
            }
        };
    }

    /** Returns how often {@code kind} occurred, kept or not. */
    public long count(ReportKind kind) {
        return counts.get(kind.ordinal());
    }

    /** Returns how often anything occurred. */
    public long total() {
        long total = 0;
        for (int kind = 0; kind < counts.length(); kind++) {
            total += counts.get(kind);
        }
        return total;
    }

    /** Returns what is kept, in the order in which it came. */
    public synchronized List<Report> reports() {
        return List.copyOf(kept);
    }

    /** Returns what is kept of {@code kind}. */
    public List<Report> reports(ReportKind kind) {
        return reports().stream().filter(report -> report.kind() == kind).toList();
    }

    /** Returns how many reports found the log full. */
    public synchronized long dropped() {
        return dropped;
    }
}
