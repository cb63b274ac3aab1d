package org.irqlab.kernel.workqueue;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.locking.RawSpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.time.KernelTimer;

import java.util.Arrays;
import java.util.List;

/**
 * Workers that share one list of work.
 *
 * <p>A pool of a CPU manages concurrency: it lets as few workers run as keep the CPU busy. A worker
 * is woken when there is work and none runs; a running one goes on to the next item as long as it
 * is the only one. An unbound pool, and one whose CPU is off, does neither: every item that finds
 * an idle worker gets it. A pool of bottom halves has one worker without a task.
 *
 * <p><b>Threads.</b> Everything is guarded by the lock, which any CPU's holder takes with
 * interrupts off.
 *
 * @see "Linux kernel/workqueue.c, need_more_worker, keep_working, kick_pool"
 */
final class WorkerPool {
    /** The CPU of a pool that has none. */
    static final int UNBOUND = -1;

    /** Idle workers that every pool may keep. */
    private static final int KEPT_IDLE = 2;

    private static final int MAX_IDLE_RATIO = 4;

    /** Where a pool's work runs. */
    enum Kind {
        /** Worker tasks of one CPU. */
        PER_CPU,
        /** Softirq context of one CPU. */
        BOTTOM_HALF,
        /** Worker tasks of several CPUs. */
        UNBOUND
    }

    /** How an idle worker is told that there is work. */
    @FunctionalInterface
    interface Waker {
        /** The pool's lock is held. */
        void wake(WorkerPool pool, Worker idle, KernelCpu cpu);
    }

    final int id;
    final int cpuId;
    final int nice;

    /** Where the workers may run; of a pool of a CPU, that CPU. */
    final CpuMask cpus;

    final Kind kind;
    final PoolChecks checks = new PoolChecks();
    final WorkList worklist = new WorkList(checks);
    final PoolCounts counts = new PoolCounts();
    private final Waker waker;
    private final RawSpinLock lock = new RawSpinLock();
    private Worker[] workers = {};
    private Worker[] idle = {};
    private int workerCount;
    private int idleCount;
    private int running;
    private boolean disassociated;

    /** The worker that makes another one, or null. */
    Worker creator;

    /** The number of the worker that is made next: by who makes one. */
    int nextWorker;

    // Set once, before the first work.
    KernelTimer maydayTimer;
    KernelTimer idleTimer;

    /** When the list last made progress, ns. */
    long stampNs;

    WorkerPool(int id, int cpuId, int nice, CpuMask cpus, Kind kind, Waker waker) {
        this.id = id;
        this.cpuId = cpuId;
        this.nice = nice;
        this.cpus = cpus;
        this.kind = kind;
        this.waker = waker;
    }

    /** Takes in a worker, idle; it is the next one to be woken. */
    void addIdle(Worker worker) {
        attach(worker);
        enterIdle(worker);
    }

    /** Takes in a worker, for now. */
    void attach(Worker worker) {
        if (workerCount == workers.length) {
            workers = Arrays.copyOf(workers, Math.max(4, 2 * workerCount));
            idle = Arrays.copyOf(idle, workers.length);
        }
        workers[workerCount++] = worker;
        worker.setBound(managed());
    }

    /** Lets go of a worker that is not idle. */
    void detach(Worker worker) {
        int at = workerCount - 1;
        while (workers[at] != worker) {
            at--;
        }
        workerCount--;
        System.arraycopy(workers, at + 1, workers, at, workerCount - at);
        workers[workerCount] = null;
    }

    /** Returns the one worker of a pool of bottom halves. */
    @HotPath
    Worker firstWorker() {
        return workers[0];
    }

    List<Worker> workers() {
        return List.of(Arrays.copyOf(workers, workerCount));
    }

    /** Returns the idle workers, the one that is woken next last. */
    List<Worker> idle() {
        return List.of(Arrays.copyOf(idle, idleCount));
    }

    boolean unbound() {
        return kind == Kind.UNBOUND;
    }

    /** Returns whether the pool manages concurrency. */
    boolean managed() {
        return kind != Kind.UNBOUND && !disassociated;
    }

    boolean disassociated() {
        return disassociated;
    }

    /** The pool's CPU goes off, or comes back: its workers are managed no more, or again. */
    void setDisassociated(boolean off, KernelCpu cpu) {
        disassociated = off;
        for (int i = 0; i < workerCount; i++) {
            workers[i].setBound(managed());
        }
        kick(cpu);
    }

    /** Takes the lock. Interrupts off. */
    @HotPath
    void lock(KernelCpu cpu) {
        if (Checks.ON) {
            Checks.invariant(!cpu.hw().irqsEnabled(), "pool lock taken with interrupts on");
        }
        lock.lock(cpu.id());
    }

    /** Takes the lock if it is free. Interrupts off. */
    boolean tryLock(KernelCpu cpu) {
        return lock.tryLock(cpu.id());
    }

    /** Gives the lock back, and then throws what was found broken under it. */
    @HotPath
    void unlock(KernelCpu cpu) {
        if (Checks.ON) {
            String broken = checks.take();
            lock.unlock(cpu.id());
            if (broken != null) {
                PoolChecks.raise(broken + ", pool=" + id);
            }
            return;
        }
        lock.unlock(cpu.id());
    }

    /** Gives the lock back where another lock is held: what is broken is thrown later. */
    void release(KernelCpu cpu) {
        lock.unlock(cpu.id());
    }

    /** Appends an active item. */
    @HotPath
    void appendWork(WorkItem item) {
        stampIfEmpty();
        worklist.append(item);
    }

    /** An item is about to join the list: if that is empty, its wait begins now. */
    @HotPath
    void stampIfEmpty() {
        if (worklist.isEmpty()) {
            stamp();
        }
    }

    @HotPath
    void stamp() {
        stampNs = HostClock.nowNs();
    }

    @HotPath
    boolean needMore() {
        return !worklist.isEmpty() && running == 0;
    }

    @HotPath
    boolean keepWorking() {
        return !worklist.isEmpty() && running <= 1;
    }

    /** Returns whether there is work, and nobody idle to take it. */
    boolean needsWorker() {
        return needMore() && idleCount == 0;
    }

    boolean hasIdle() {
        return idleCount > 0;
    }

    /** Returns whether more workers are idle than are worth keeping. */
    @HotPath
    boolean tooManyIdle() {
        // The creator is neither idle nor busy.
        int busy = workerCount - idleCount;
        return idleCount > KEPT_IDLE && (idleCount - KEPT_IDLE) * MAX_IDLE_RATIO >= busy;
    }

    /** Returns the worker that has been idle longest; there is one. */
    Worker longestIdle() {
        return idle[0];
    }

    /**
     * Wakes an idle worker if there is work that nobody is about to take.
     *
     * @return whether there is such work
     */
    @HotPath
    boolean kick(KernelCpu cpu) {
        if (Checks.ON) {
            checkWorkers();
        }
        if (!needMore()) {
            return false;
        }
        if (idleCount == 0) {
            counts.shortage++;
        } else {
            waker.wake(this, idle[idleCount - 1], cpu);
        }
        return true;
    }

    private void checkWorkers() {
        int counted = 0;
        for (int i = 0; i < workerCount; i++) {
            counted += workers[i].counted() ? 1 : 0;
        }
        checks.invariant(
                counted == running, "I-55: running=" + running + " but counted=" + counted);
        for (int i = 0; i < idleCount; i++) {
            checks.invariant(idle[i].current() == null, "I-56: an idle worker has an item");
        }
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
        for (int i = 0; i < workerCount; i++) {
            if (workers[i].current() == item) {
                return workers[i];
            }
        }
        return null;
    }

    /**
     * Moves {@code item} of the list, with what is linked to it, to {@code worker}, or to the
     * worker that runs the same item right now.
     *
     * @return whether {@code worker} got it
     */
    @HotPath
    boolean assign(WorkItem item, Worker worker) {
        Worker runner = runnerOf(item);
        worklist.moveLinked(item, runner == null ? worker.scheduled : runner.scheduled);
        return runner == null;
    }

    void countQueued() {
        counts.queued++;
    }

    void countCancelled() {
        counts.cancelled++;
    }

    int running() {
        return running;
    }
}
