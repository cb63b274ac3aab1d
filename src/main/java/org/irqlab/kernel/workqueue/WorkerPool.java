package org.irqlab.kernel.workqueue;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;

import java.util.Arrays;
import java.util.List;

/**
 * Workers that share one list of work.
 *
 * <p>A pool of a CPU manages concurrency: it lets as few workers run as keep the CPU busy. A worker
 * is woken when there is work and none runs; a running one goes on to the next item as long as it
 * is the only one. The unbound pool does neither: every item that finds an idle worker gets it.
 *
 * <p><b>Threads.</b> Everything is guarded by the lock, which any CPU's holder takes with
 * interrupts off.
 *
 * @see "Linux kernel/workqueue.c, need_more_worker, keep_working, kick_pool"
 */
final class WorkerPool {
    /** The CPU of a pool that has none. */
    static final int UNBOUND = -1;

    final int id;
    final int cpuId;
    final WorkList worklist = new WorkList();
    private final RawSpinLock lock = new RawSpinLock();
    private Worker[] workers = {};
    private Worker[] idle = {};
    private int idleCount;
    private int running;

    private long queued;
    private long ran;
    private long barriersRan;
    private long cancelled;
    private long shortage;
    private long leakedAtomic;

    WorkerPool(int id, int cpuId) {
        this.id = id;
        this.cpuId = cpuId;
    }

    /** Completes the pool; all workers are idle. Before the machine runs. */
    void setWorkers(Worker[] all) {
        workers = all;
        idle = all.clone();
        idleCount = all.length;
    }

    List<Worker> workers() {
        return List.of(workers);
    }

    /** Returns the idle workers, the one that is woken next last. */
    List<Worker> idle() {
        return List.of(Arrays.copyOf(idle, idleCount));
    }

    boolean unbound() {
        return cpuId == UNBOUND;
    }

    /** Takes the lock. Interrupts off. */
    @HotPath
    void lock(KernelCpu cpu) {
        if (Checks.ON) {
            Checks.invariant(!cpu.hw().irqsEnabled(), "pool lock taken with interrupts on");
        }
        lock.lock(cpu.id());
    }

    @HotPath
    void unlock(KernelCpu cpu) {
        lock.unlock(cpu.id());
    }

    @HotPath
    boolean needMore() {
        return !worklist.isEmpty() && running == 0;
    }

    @HotPath
    boolean keepWorking() {
        return !worklist.isEmpty() && running <= 1;
    }

    /** Wakes an idle worker if there is work that nobody is about to take. */
    @HotPath
    void kick(KernelCpu cpu) {
        if (Checks.ON) {
            checkRunning();
        }
        if (!needMore()) {
            return;
        }
        if (idleCount == 0) {
            shortage++;
            return;
        }
        idle[idleCount - 1].wake(cpu);
    }

    private void checkRunning() {
        int counted = 0;
        for (Worker worker : workers) {
            counted += worker.counted() ? 1 : 0;
        }
        Checks.invariant(
                counted == running, "I-55: running=" + running + " but counted=" + counted);
    }

    @HotPath
    void countRunning(int change) {
        running += change;
    }

    @HotPath
    void enterIdle(Worker worker) {
        idle[idleCount++] = worker;
    }

    @HotPath
    void leaveIdle(Worker worker) {
        int at = idleCount - 1;
        while (idle[at] != worker) {
            at--;
        }
        idleCount--;
        System.arraycopy(idle, at + 1, idle, at, idleCount - at);
        idle[idleCount] = null;
    }

    /** Returns the worker that runs {@code item}, or null. */
    @HotPath
    Worker runnerOf(WorkItem item) {
        for (Worker worker : workers) {
            if (worker.current() == item) {
                return worker;
            }
        }
        return null;
    }

    /**
     * Moves the first item, with what is linked to it, to {@code worker}, or to the worker that
     * runs the same item right now.
     *
     * @return whether {@code worker} got it
     */
    @HotPath
    boolean assignFirst(Worker worker) {
        WorkItem item = worklist.first();
        Worker runner = runnerOf(item);
        worklist.moveLinked(item, runner == null ? worker.scheduled : runner.scheduled);
        return runner == null;
    }

    void countQueued() {
        queued++;
    }

    void countCancelled() {
        cancelled++;
    }

    @HotPath
    void countRun(boolean barrier) {
        if (barrier) {
            barriersRan++;
        } else {
            ran++;
        }
    }

    void countLeakedAtomic() {
        leakedAtomic++;
    }

    int running() {
        return running;
    }

    long queued() {
        return queued;
    }

    long ran() {
        return ran;
    }

    long barriersRan() {
        return barriersRan;
    }

    long cancelled() {
        return cancelled;
    }

    long shortage() {
        return shortage;
    }

    long leakedAtomic() {
        return leakedAtomic;
    }
}
