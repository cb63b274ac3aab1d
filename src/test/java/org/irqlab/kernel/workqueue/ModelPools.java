package org.irqlab.kernel.workqueue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The rules of queueing and of worker pools, plainly: lists, and counts that are worked out anew
 * each time. One thread.
 */
final class ModelPools {
    /** An item that waits, and what a barrier behind it would be. */
    static final class Entry {
        final int item;
        final Link link;
        final boolean barrier;
        Entry behind;

        Entry(int item, Link link, boolean barrier) {
            this.item = item;
            this.link = link;
            this.barrier = barrier;
        }
    }

    /** A queue on a pool. */
    static final class Link {
        final int queue;
        final Pool pool;
        final int maxActive;
        final List<Entry> inactive = new ArrayList<>();
        int active;

        Link(int queue, Pool pool, int maxActive) {
            this.queue = queue;
            this.pool = pool;
            this.maxActive = maxActive;
        }
    }

    static final class ModelWorker {
        final List<Entry> scheduled = new ArrayList<>();
        boolean awake;
        boolean working;
        boolean asleepInItem;
        Entry current;
    }

    static final class Pool {
        final boolean managed;
        final List<Entry> worklist = new ArrayList<>();
        final List<ModelWorker> workers = new ArrayList<>();
        final Deque<ModelWorker> idle = new ArrayDeque<>();

        Pool(boolean managed, int count) {
            this.managed = managed;
            for (int i = 0; i < count; i++) {
                var worker = new ModelWorker();
                workers.add(worker);
                idle.push(worker);
            }
        }
    }

    private final boolean[] intensive;
    private final boolean[] ordered;
    private final Map<Integer, Pool> lastPool = new HashMap<>();
    private final Map<Integer, Entry> pending = new HashMap<>();
    final List<ModelWorker> woken = new ArrayList<>();
    int shortage;

    ModelPools(boolean[] intensive, boolean[] ordered) {
        this.intensive = intensive;
        this.ordered = ordered;
    }

    boolean isPending(int item) {
        return pending.containsKey(item);
    }

    int running(Pool pool) {
        int count = 0;
        for (ModelWorker worker : pool.workers) {
            boolean hog = worker.current != null && intensive[worker.current.link.queue];
            if (pool.managed && worker.working && !worker.asleepInItem && !hog) {
                count++;
            }
        }
        return count;
    }

    /** Queues; returns false if the item was pending. */
    boolean queue(int item, Link wanted) {
        if (pending.containsKey(item)) {
            return false;
        }
        Link link = wanted;
        Pool last = lastPool.get(item);
        if (last != null && last != wanted.pool && !ordered[wanted.queue]) {
            ModelWorker runner = runner(last, item);
            if (runner != null && runner.current.link.queue == wanted.queue) {
                link = runner.current.link;
            }
        }
        var entry = new Entry(item, link, false);
        pending.put(item, entry);
        if (link.inactive.isEmpty() && link.active < link.maxActive) {
            link.active++;
            link.pool.worklist.add(entry);
            kick(link.pool);
        } else {
            link.inactive.add(entry);
        }
        return true;
    }

    private static ModelWorker runner(Pool pool, int item) {
        return pool.workers.stream()
                .filter(w -> w.current != null && !w.current.barrier && w.current.item == item)
                .findFirst()
                .orElse(null);
    }

    private void kick(Pool pool) {
        if (pool.worklist.isEmpty() || running(pool) > 0) {
            return;
        }
        if (pool.idle.isEmpty()) {
            shortage++;
        } else if (!pool.idle.peek().awake) {
            pool.idle.peek().awake = true;
            woken.add(pool.idle.peek());
        }
    }

    /** A woken worker starts: takes its first item, or goes back to sleep. */
    void start(Pool pool, ModelWorker worker) {
        pool.idle.remove(worker);
        if (!pool.worklist.isEmpty() && running(pool) == 0) {
            worker.working = true;
            next(pool, worker);
        } else {
            sleep(pool, worker);
        }
    }

    private void next(Pool pool, ModelWorker worker) {
        while (worker.scheduled.isEmpty() && !pool.worklist.isEmpty() && running(pool) <= 1) {
            Entry first = pool.worklist.getFirst();
            ModelWorker runner = first.barrier ? null : runner(pool, first.item);
            moveWithBarriers(
                    first, pool.worklist, runner == null ? worker.scheduled : runner.scheduled);
        }
        if (worker.scheduled.isEmpty()) {
            worker.working = false;
            sleep(pool, worker);
            return;
        }
        Entry entry = worker.scheduled.removeFirst();
        worker.current = entry;
        kick(pool);
        if (!entry.barrier) {
            pending.remove(entry.item);
            lastPool.put(entry.item, pool);
        }
    }

    private static void moveWithBarriers(Entry first, List<Entry> from, List<Entry> to) {
        Entry entry = first;
        while (entry != null) {
            from.remove(entry);
            to.add(entry);
            entry = entry.behind;
        }
    }

    private void sleep(Pool pool, ModelWorker worker) {
        worker.awake = false;
        pool.idle.push(worker);
    }

    /** The worker's function returns. */
    void finish(Pool pool, ModelWorker worker) {
        Entry done = worker.current;
        worker.current = null;
        if (!done.barrier) {
            deactivate(done.link);
        }
        next(pool, worker);
    }

    private void deactivate(Link link) {
        link.active--;
        if (!link.inactive.isEmpty()) {
            link.active++;
            moveWithBarriers(link.inactive.getFirst(), link.inactive, link.pool.worklist);
        }
    }

    /** The worker's function goes to sleep. */
    void block(Pool pool, ModelWorker worker) {
        boolean counted = pool.managed && !intensive[worker.current.link.queue];
        worker.asleepInItem = true;
        if (counted) {
            kick(pool);
        }
    }

    void unblock(ModelWorker worker) {
        worker.asleepInItem = false;
    }

    /** Takes a pending item back; returns whether it was pending. */
    boolean cancel(int item) {
        Entry entry = pending.remove(item);
        if (entry == null) {
            return false;
        }
        Link link = entry.link;
        if (link.inactive.contains(entry)) {
            moveWithBarriers(entry, link.inactive, link.pool.worklist);
            link.pool.worklist.remove(entry);
        } else {
            link.pool.worklist.remove(entry);
            link.pool.workers.forEach(w -> w.scheduled.remove(entry));
            deactivate(link);
        }
        lastPool.put(item, link.pool);
        kick(link.pool);
        return true;
    }

    /** Puts a barrier behind the item; returns false if it neither waits nor runs. */
    boolean insertBarrier(int item) {
        Entry target = pending.get(item);
        if (target != null) {
            var barrier = new Entry(item, target.link, true);
            List<Entry> list = listOf(target);
            list.add(list.indexOf(target) + 1, barrier);
            barrier.behind = target.behind;
            target.behind = barrier;
            return true;
        }
        Pool last = lastPool.get(item);
        ModelWorker runner = last == null ? null : runner(last, item);
        if (runner == null) {
            return false;
        }
        runner.scheduled.addFirst(new Entry(item, runner.current.link, true));
        return true;
    }

    private static List<Entry> listOf(Entry entry) {
        if (entry.link.inactive.contains(entry)) {
            return entry.link.inactive;
        }
        if (entry.link.pool.worklist.contains(entry)) {
            return entry.link.pool.worklist;
        }
        return entry.link.pool.workers.stream()
                .map(w -> w.scheduled)
                .filter(list -> list.contains(entry))
                .findFirst()
                .orElseThrow();
    }
}
