package org.irqlab.kernel.workqueue;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.workqueue.setup.WorkqueueTimes;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * What the tick looks for: items that keep a CPU, pools that make no progress, and queues whose
 * active items do not end while others wait for that. Linux has no eye for the last, as such items
 * are on no pool's list.
 *
 * <p>SIMPLIFIED: the watchdog is looked at in the tick of whichever CPU is first, not by a timer of
 * its own; nobody touches it.
 *
 * <p><b>Threads.</b> {@link #tick} by any holder, in hardirq context.
 *
 * @see "Linux kernel/workqueue.c, wq_worker_tick, wq_cpu_intensive_report, wq_watchdog_timer_fn"
 */
final class PoolWatch {
    /** The report begins with this time that a function is found out. */
    static final long FIRST_HOG_REPORT = 4;

    private static final long NS_PER_US = 1_000;
    private static final long NS_PER_S = 1_000_000_000;
    private static final int MOST_ITEMS_SHOWN = 16;

    private final PoolTable pools;
    private final List<Workqueue> queues;
    private final WorkqueueTimes times;

    // By function name; grows with the functions that are found out.
    private final Map<Integer, AtomicLong> hogs = new ConcurrentHashMap<>();
    private final AtomicLong nextLookNs;

    PoolWatch(PoolTable pools, List<Workqueue> queues, WorkqueueTimes times) {
        this.pools = pools;
        this.queues = queues;
        this.times = times;
        nextLookNs =
                new AtomicLong(
                        times.lockupNs() == 0
                                ? Long.MAX_VALUE
                                : HostClock.nowNs() + times.lockupNs());
    }

    void tick(KernelCpu cpu) {
        if (times.hogNs() > 0 && cpu.current().hooks() instanceof Worker worker) {
            WorkItem hog = worker.tick(cpu, times.hogNs());
            if (hog != null) {
                report(cpu, hog);
            }
        }
        long dueNs = nextLookNs.get();
        long now = HostClock.nowNs();
        if (now >= dueNs && nextLookNs.compareAndSet(dueNs, now + times.lockupNs())) {
            lookForLockups(cpu, now);
            queues.forEach(queue -> lookForFull(cpu, queue));
        }
    }

    private void report(KernelCpu cpu, WorkItem hog) {
        long times = hogs.computeIfAbsent(hog.nameId, name -> new AtomicLong()).incrementAndGet();
        long since = times - FIRST_HOG_REPORT;
        if (since >= 0 && Long.bitCount(since + 1) == 1) {
            cpu.report(
                    ReportKind.WORKQUEUE_CPU_HOG,
                    "work %d for >%dus %d times, consider switching to WQ_UNBOUND"
                            .formatted(hog.number, this.times.hogNs() / NS_PER_US, times),
                    List.of());
        }
    }

    private void lookForLockups(KernelCpu cpu, long now) {
        for (WorkerPool pool : pools.all()) {
            pool.lock(cpu);
            long stuckNs = pool.worklist.isEmpty() ? 0 : now - pool.stampNs;
            List<String> details =
                    stuckNs > times.lockupNs() ? describe(pool, pool.worklist) : List.of();
            pool.unlock(cpu);
            if (stuckNs > times.lockupNs()) {
                cpu.report(
                        ReportKind.WORKQUEUE_LOCKUP,
                        "pool %d cpus=%s nice=%d stuck for %ds!"
                                .formatted(
                                        pool.id, pool.cpus.list(), pool.nice, stuckNs / NS_PER_S),
                        details);
            }
        }
    }

    /** Two looks without the end of an item in between: not the time counts. */
    private void lookForFull(KernelCpu cpu, Workqueue queue) {
        long inAll = 0;
        for (PoolWorkqueue link : queue.links()) {
            link.pool.lock(cpu);
            inAll += link.ended();
            link.pool.unlock(cpu);
        }
        for (PoolWorkqueue link : queue.links()) {
            WorkerPool pool = link.pool;
            pool.lock(cpu);
            boolean full = link.fullSinceLastLook(pool.unbound() ? inAll : link.ended());
            List<String> details = full ? describe(pool, link.inactive) : List.of();
            pool.unlock(cpu);
            if (full) {
                cpu.report(
                        ReportKind.WORKQUEUE_LOCKUP,
                        "%s on pool %d: none of %d active works ends, others wait for that"
                                .formatted(queue.name(), pool.id, queue.maxActive()),
                        details);
            }
        }
    }

    /** What waits on {@code list} and what the workers do. Pool lock held. */
    private static List<String> describe(WorkerPool pool, WorkList list) {
        var lines = new ArrayList<String>();
        int shown = 0;
        for (WorkItem item = list.first();
                item != null && shown < MOST_ITEMS_SHOWN;
                item = item.next) {
            PoolWorkqueue link = item.poolWorkqueue;
            lines.add(
                    "  pending: work %d of %s (active=%d/%d)"
                            .formatted(
                                    item.number,
                                    link.queue.name(),
                                    link.active(),
                                    link.queue.maxActive()));
            shown++;
        }
        for (Worker worker : pool.workers()) {
            WorkItem item = worker.current();
            String does =
                    item != null
                            ? (worker.asleep() ? "sleeps in" : "runs") + " work " + item.number
                            : pool.creator == worker ? "makes a worker" : "idle";
            lines.add("  " + worker.name() + ": " + does);
        }
        return lines;
    }
}
