package org.irqlab.kernel.irq.line;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long the top halves of each handler take, held against a budget.
 *
 * <p>One run over the budget may be the host's doing. A handler is an offender once more than one
 * in ten of at least {@value #LEAST_RUNS} runs were over it; that is reported once.
 *
 * <p><b>Threads.</b> {@link #spent}: the CPU that ran the handler. Reading: any; exact once the
 * machine is quiet.
 */
public final class TopHalfBudget {
    /** What a top half may take if nobody says otherwise. */
    public static final long DEFAULT_NS = 1_000;

    /** Runs before anything is said of a handler. */
    public static final int LEAST_RUNS = 20;

    private static final int TOLERATED = 10;

    private final long budgetNs;
    private final Map<String, Account> accounts = new ConcurrentHashMap<>();

    public TopHalfBudget(long budgetNs) {
        if (budgetNs < 1) {
            throw new IllegalArgumentException("budgetNs=" + budgetNs + " < MINIMUM=1");
        }
        this.budgetNs = budgetNs;
    }

    /** A run of the top half of {@code handler} took {@code ns}. Interrupts off. */
    @HotPath
    public void spent(int irq, String handler, long ns, KernelCpu cpu) {
        Account account = accounts.get(handler);
        if (account == null) {
            account = accounts.computeIfAbsent(handler, name -> new Account(irq, name));
        }
        if (account.add(ns, budgetNs)) {
            cpu.report(
                    ReportKind.TOP_HALF_OVER_BUDGET,
                    "irq " + irq + " " + handler,
                    List.of("worst %d ns, budget %d ns".formatted(ns, budgetNs)));
        }
    }

    /** Returns the handlers that are offenders, the one with the longest run first. */
    public List<Offender> offenders() {
        var offenders = new ArrayList<Offender>();
        for (Account account : accounts.values()) {
            account.offender().ifPresent(offenders::add);
        }
        offenders.sort(Comparator.comparingLong(Offender::worstNs).reversed());
        return offenders;
    }

    /** A handler that is over the budget as a rule. */
    public record Offender(int irq, String handler, long runs, long over, long worstNs) {}

    /** One handler; a shared one is run by one CPU at a time, as its line is. */
    private static final class Account {
        private final int irq;
        private final String handler;
        // Guarded by this: a handler may stand on several lines.
        private long runs;
        private long over;
        private long worstNs;
        private boolean told;

        Account(int irq, String handler) {
            this.irq = irq;
            this.handler = handler;
        }

        /** Returns whether the handler has just become an offender. */
        synchronized boolean add(long ns, long budgetNs) {
            runs++;
            worstNs = Math.max(worstNs, ns);
            if (ns <= budgetNs) {
                return false;
            }
            over++;
            boolean tell = !told && offends();
            told |= tell;
            return tell;
        }

        private boolean offends() {
            return runs >= LEAST_RUNS && over * TOLERATED > runs;
        }

        synchronized Optional<Offender> offender() {
            return offends()
                    ? Optional.of(new Offender(irq, handler, runs, over, worstNs))
                    : Optional.empty();
        }
    }
}
