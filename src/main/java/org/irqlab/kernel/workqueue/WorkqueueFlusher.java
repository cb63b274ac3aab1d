package org.irqlab.kernel.workqueue;

import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Waits for everything that a queue has at the time of the call, and for nothing that comes later.
 *
 * <p>New work gets the queue's work colour. A flush moves that on and waits for the colour before;
 * colours are a ring of {@value WorkItem#COLORS}, of which one less may be outstanding, and further
 * flushes wait in the overflow list. One flusher at a time, the first, waits for the links' counts;
 * when it is done it wakes who waits for the same colour, and makes the next one the first.
 *
 * <p>SIMPLIFIED: the queue's mutex is a spin lock, held with interrupts off.
 *
 * <p><b>Threads.</b> {@link #flush} by tasks of any CPU; {@link #linkDone} by who ends an item, with
 * the pool's lock. The flusher's lock is taken outside the pools'.
 *
 * @see "Linux kernel/workqueue.c, __flush_workqueue and flush_workqueue_prep_pwqs"
 */
final class WorkqueueFlusher {
    private static final int NONE = -1;
    private static final int FIRST_SLOW_DRAIN = 10;
    private static final int SLOW_DRAIN_STEP = 100;
    private static final int LAST_SLOW_DRAIN = 1_000;

    /** One call of flush. */
    private static final class Flush {
        final WorkBarrier done;

        // Guarded by the lock.
        int color = NONE;

        Flush(Task self) {
            done = new WorkBarrier(self);
        }
    }

    private final Workqueue queue;
    private final RawSpinLock lock = new RawSpinLock();
    private final AtomicInteger linksToFlush = new AtomicInteger();

    // Guarded by the lock.
    private int workColor;
    private int flushColor;
    private final ArrayDeque<Flush> waiting = new ArrayDeque<>();
    private final ArrayDeque<Flush> overflow = new ArrayDeque<>();

    // Written with the lock; read by who ends the last item, and by the flusher itself.
    private volatile Flush first;

    WorkqueueFlusher(Workqueue queue) {
        this.queue = queue;
    }

    private static int next(int color) {
        return (color + 1) % WorkItem.COLORS;
    }

    /** Task context. */
    void flush(Task self) {
        var mine = new Flush(self);
        if (!enter(mine, self.cpu())) {
            return;
        }
        mine.done.await();
        // Only the first one has something to pass on.
        if (first == mine) {
            KernelCpu cpu = self.cpu();
            boolean irqs = cpu.hw().irqSave();
            lock.lock(cpu.id());
            if (first == mine) {
                passOn(cpu);
            }
            lock.unlock(cpu.id());
            cpu.hw().irqRestore(irqs);
        }
    }

    /** Returns whether there is something to wait for. */
    private boolean enter(Flush mine, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        boolean waits = true;
        if (next(workColor) == flushColor) {
            overflow.add(mine);
        } else {
            mine.color = workColor;
            workColor = next(workColor);
            if (first == null) {
                first = mine;
                waits = prepareLinks(cpu, flushColor, workColor);
                if (!waits) {
                    flushColor = workColor;
                    first = null;
                }
            } else {
                waiting.add(mine);
                prepareLinks(cpu, NONE, workColor);
            }
        }
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
        return waits;
    }

    /** The first flusher's colour is done: on to the next ones. Lock held. */
    private void passOn(KernelCpu cpu) {
        first = null;
        while (true) {
            while (!waiting.isEmpty() && waiting.peek().color == flushColor) {
                waiting.remove().done.reach(cpu);
            }
            flushColor = next(flushColor);
            if (!overflow.isEmpty()) {
                overflow.forEach(flush -> flush.color = workColor);
                waiting.addAll(overflow);
                overflow.clear();
                workColor = next(workColor);
                prepareLinks(cpu, NONE, workColor);
            }
            if (waiting.isEmpty()) {
                return;
            }
            first = waiting.remove();
            if (prepareLinks(cpu, flushColor, NONE)) {
                return;
            }
            // Nothing was left of its colour, so that it has been told already.
            first = null;
        }
    }

    /** Returns whether a link has something of {@code flush}; tells the first if none has. */
    private boolean prepareLinks(KernelCpu cpu, int flush, int work) {
        boolean waits = false;
        if (flush >= 0) {
            // One for this call: no link can be the last one before all were looked at.
            linksToFlush.set(1);
        }
        for (PoolWorkqueue link : queue.links()) {
            link.pool.lock(cpu);
            if (link.prepareFlush(flush, work)) {
                linksToFlush.incrementAndGet();
                waits = true;
            }
            link.pool.release(cpu);
        }
        if (flush >= 0) {
            linkDone(cpu);
        }
        return waits;
    }

    /** A link has nothing of the flushed colour any more. */
    void linkDone(KernelCpu cpu) {
        // The counting acquires what the items of all links wrote.
        if (linksToFlush.decrementAndGet() == 0) {
            first.done.reach(cpu);
        }
    }

    /** Flushes until nothing is left; only the queue's own work may add to it meanwhile. */
    void drain(Task self) {
        queue.drainBegins();
        int flushes = 0;
        flush(self);
        while (!queue.idle(self.cpu())) {
            flushes++;
            if (flushes == FIRST_SLOW_DRAIN
                    || flushes % SLOW_DRAIN_STEP == 0 && flushes <= LAST_SLOW_DRAIN) {
                self.cpu()
                        .report(
                                ReportKind.WORKQUEUE_MISUSE,
                                "%s: drain isn't complete after %d tries"
                                        .formatted(queue.name(), flushes),
                                List.of());
            }
            flush(self);
        }
        queue.drainEnds();
    }
}
