package org.irqlab.kernel.locking;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.diag.CallStack;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The lock checker of one machine: proves from the order in which locks are taken, and from where,
 * that no timing can stop it; or says which one can, without its having happened.
 *
 * <p>Every kind of finding is reported once for each pair of classes, and counted. What a finding
 * rests on is left out of the graph, so that the checker goes on; Linux switches itself off after
 * the first report.
 *
 * <p>SIMPLIFIED: that interrupts were enabled with a lock held is seen when the next lock is taken
 * or this one is given back, not at the enabling itself.
 *
 * <p><b>Threads.</b> The holder of the CPU that takes the lock; the graph is guarded by a lock of
 * its own, which is taken only for what is seen for the first time.
 *
 * @see "Linux kernel/locking/lockdep.c; Documentation/locking/lockdep-design.rst"
 */
public final class Lockdep {
    /** Most classes of one machine. */
    public static final int MOST_CLASSES = 512;

    /** Most levels at which locks of one key nest. */
    public static final int SUBCLASSES = 7;

    /** Makes no classes: its locks are not checked, at the cost of one branch each. */
    public static final Lockdep OFF = new Lockdep(0);

    private final LockGraph graph;
    private final RawSpinLock graphLock = new RawSpinLock();

    // Guarded by this.
    private final Map<String, LockClass> classes = new HashMap<>();

    // Guarded by graphLock.
    private final List<LockClass> byId = new ArrayList<>();
    private final Map<String, List<String>> stacks = new HashMap<>();
    private final Map<String, ReportKind> found = new HashMap<>();

    public Lockdep() {
        this(MOST_CLASSES);
    }

    private Lockdep(int most) {
        graph = new LockGraph(most);
    }

    /**
     * Returns the class of locks made with {@code key}, or null if this checker is off.
     *
     * @throws IllegalArgumentException if there are too many
     */
    public synchronized LockClass lockClass(String key, WaitLevel outer, WaitLevel inner) {
        if (this == OFF) {
            return null;
        }
        LockClass found = classes.get(key);
        if (found == null) {
            int id = graph.add();
            if (id < 0) {
                throw new IllegalArgumentException(
                        "lock classes=" + (MOST_CLASSES + 1) + " > MOST_CLASSES=" + MOST_CLASSES);
            }
            found = new LockClass(this, id, key, outer, inner);
            classes.put(key, found);
            byId.add(found);
        }
        return found;
    }

    void acquire(KernelCpu cpu, LockClass type, Object lock, LockMode mode, boolean tried) {
        HeldLocks held = HeldLocks.of(cpu.current());
        int count = cpu.preemptCount();
        checkWaitContext(cpu, held, type);
        noteUses(cpu, type, mode, tried);
        int context = level(count);
        if (!tried && !recursive(cpu, held, type, mode)) {
            noteOrder(cpu, held, type, mode, context);
        }
        held.push(type, lock, mode, tried, context);
    }

    @HotPath
    void release(KernelCpu cpu, LockClass type, Object lock) {
        HeldLocks held = HeldLocks.of(cpu.current());
        int at = held.find(lock);
        if (at < 0) {
            report(cpu, ReportKind.BAD_UNLOCK, type.name, List.of());
            return;
        }
        noteOpen(cpu, held.type(at), held.mode(at));
        held.remove(at);
    }

    private static int level(int count) {
        if (PreemptCount.inNmi(count)) {
            return 3;
        }
        if (PreemptCount.inHardirq(count)) {
            return 2;
        }
        return PreemptCount.inServingSoftirq(count) ? 1 : 0;
    }

    private void checkWaitContext(KernelCpu cpu, HeldLocks held, LockClass type) {
        int count = cpu.preemptCount();
        WaitLevel allowed = WaitLevel.SLEEP;
        if (PreemptCount.inHardirq(count)) {
            allowed = cpu.hardirqThreadable() ? WaitLevel.CONFIG : WaitLevel.SPIN;
        } else if (PreemptCount.inServingSoftirq(count)) {
            allowed = WaitLevel.CONFIG;
        }
        int context = level(count);
        for (int at = held.depth() - 1; at >= 0 && held.context(at) == context; at--) {
            WaitLevel inner = held.type(at).inner;
            if (inner.compareTo(allowed) < 0) {
                allowed = inner;
            }
        }
        if (type.outer.compareTo(allowed) > 0) {
            String what =
                    type.name + " of level " + type.outer + " where " + allowed + " is allowed";
            report(cpu, ReportKind.INVALID_WAIT_CONTEXT, what, List.of());
        }
    }

    private void noteUses(KernelCpu cpu, LockClass type, LockMode mode, boolean tried) {
        int count = cpu.preemptCount();
        boolean read = mode != LockMode.WRITE;
        if (!tried && PreemptCount.inHardirq(count)) {
            noteUse(cpu, type, LockUse.Interrupt.HARDIRQ, true, read);
        }
        if (!tried && PreemptCount.inServingSoftirq(count) && !cpu.realTime()) {
            noteUse(cpu, type, LockUse.Interrupt.SOFTIRQ, true, read);
        }
        noteOpen(cpu, type, mode);
    }

    /** A lock is held, and interrupts may come. */
    private void noteOpen(KernelCpu cpu, LockClass type, LockMode mode) {
        if (!cpu.hw().irqsEnabled()) {
            return;
        }
        boolean read = mode != LockMode.WRITE;
        noteUse(cpu, type, LockUse.Interrupt.HARDIRQ, false, read);
        // On PREEMPT_RT a softirq is a task that may wait for another.
        if (!PreemptCount.inInterrupt(cpu.preemptCount()) && !cpu.realTime()) {
            noteUse(cpu, type, LockUse.Interrupt.SOFTIRQ, false, read);
        }
    }

    private void noteUse(
            KernelCpu cpu, LockClass type, LockUse.Interrupt irq, boolean usedIn, boolean read) {
        int bit = LockUse.bit(irq, usedIn, read);
        if (graph.knowsUse(type.id, bit)) {
            return;
        }
        String use = LockUse.text(irq, usedIn, read);
        graphLock.lock(cpu.id());
        LockGraph.Finding finding = null;
        boolean known = graph.refusedUse(type.id, bit);
        if (!known && !graph.knowsUse(type.id, bit)) {
            finding = graph.use(type.id, irq, usedIn, read);
            stacks.put(use + " " + type.name, CallStack.here());
        }
        graphLock.unlock(cpu.id());
        if (finding != null || known) {
            String what = type.name + " {" + use + "}";
            reportFinding(cpu, finding, what);
        }
    }

    /** The same class is held already: one of the two may be the other. */
    private boolean recursive(KernelCpu cpu, HeldLocks held, LockClass type, LockMode mode) {
        for (int at = held.depth() - 1; at >= 0; at--) {
            boolean readers = mode == LockMode.READ_RECURSIVE && held.mode(at) != LockMode.WRITE;
            if (held.type(at) == type && !readers) {
                report(cpu, ReportKind.LOCK_RECURSION, type.name, List.of());
                return true;
            }
        }
        return false;
    }

    /** Locks that were waited for have brought in what was held before them. */
    private void noteOrder(
            KernelCpu cpu, HeldLocks held, LockClass type, LockMode mode, int context) {
        for (int at = held.depth() - 1; at >= 0 && held.context(at) == context; at--) {
            LockClass before = held.type(at);
            if (before != type && !graph.knows(before.id, held.mode(at), type.id, mode)) {
                noteEdge(cpu, before, held.mode(at), type, mode);
            }
            if (!held.tried(at)) {
                return;
            }
        }
    }

    private void noteEdge(
            KernelCpu cpu, LockClass from, LockMode fromMode, LockClass to, LockMode toMode) {
        graphLock.lock(cpu.id());
        LockGraph.Finding finding = null;
        boolean known = graph.refused(from.id, fromMode, to.id, toMode);
        if (!known && !graph.knows(from.id, fromMode, to.id, toMode)) {
            finding = graph.edge(from.id, fromMode, to.id, toMode);
            stacks.putIfAbsent(from.name + " -> " + to.name, CallStack.here());
        }
        graphLock.unlock(cpu.id());
        if (finding != null || known) {
            reportFinding(cpu, finding, from.name + " -> " + to.name);
        }
    }

    /**
     * @param finding null where it has been reported before
     */
    private void reportFinding(KernelCpu cpu, LockGraph.Finding finding, String what) {
        graphLock.lock(cpu.id());
        var details = new ArrayList<String>();
        if (finding != null) {
            found.put(what, kind(finding));
            describe(finding, what, details);
        }
        ReportKind kind = found.get(what);
        graphLock.unlock(cpu.id());
        if (kind != null) {
            report(cpu, kind, what, details);
        }
    }

    private static ReportKind kind(LockGraph.Finding finding) {
        return switch (finding.kind()) {
            case CIRCLE -> ReportKind.CIRCULAR_LOCKING;
            case INVERSION -> ReportKind.IRQ_LOCK_INVERSION;
            case INCONSISTENT -> ReportKind.INCONSISTENT_LOCK_STATE;
        };
    }

    /** The chain, and for each of its links where it was first seen. Graph lock held. */
    private void describe(LockGraph.Finding finding, String what, List<String> lines) {
        var names = finding.path().stream().map(id -> byId.get(id).name).toList();
        lines.add("chain: " + String.join(" -> ", names));
        for (int at = 1; at < names.size(); at++) {
            addStack(names.get(at - 1) + " -> " + names.get(at), lines);
        }
        if (finding.kind() != LockGraph.Kind.CIRCLE) {
            for (LockUse.Interrupt irq : LockUse.Interrupt.values()) {
                addUse(irq, true, names.getFirst(), lines);
                addUse(irq, false, names.getLast(), lines);
            }
        }
        lines.add("now: " + what);
    }

    private void addUse(LockUse.Interrupt irq, boolean usedIn, String name, List<String> lines) {
        addStack(LockUse.text(irq, usedIn, false) + " " + name, lines);
        addStack(LockUse.text(irq, usedIn, true) + " " + name, lines);
    }

    private void addStack(String key, List<String> lines) {
        List<String> stack = stacks.get(key);
        if (stack != null && lines.stream().noneMatch(line -> line.equals(key + " at:"))) {
            lines.add(key + " at:");
            lines.addAll(stack);
        }
    }

    private static void report(KernelCpu cpu, ReportKind kind, String what, List<String> details) {
        var lines = new ArrayList<String>();
        List<String> held = HeldLocks.of(cpu.current()).held();
        lines.add(held.size() + " locks held by " + cpu.current().name() + ":");
        lines.addAll(held);
        lines.addAll(details);
        lines.add("stack backtrace:");
        lines.addAll(CallStack.here());
        cpu.report(kind, what, lines);
    }
}
