package org.irqlab.kernel.boot;

import org.irqlab.kernel.sched.Task;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The tasks of a machine but the idle ones, and their pids.
 *
 * <p><b>Threads.</b> Any, while the machine runs; before and after, the one that makes and closes
 * it.
 */
final class MachineTasks {
    // Grows while the machine runs, too: threads of handlers that are requested then.
    private final List<Task> tasks = new CopyOnWriteArrayList<>();
    private final List<Task> irqThreads = new ArrayList<>();
    // Also while the machine runs: workers.
    private final AtomicInteger nextPid;
    private boolean started;

    MachineTasks(int firstPid) {
        nextPid = new AtomicInteger(firstPid);
    }

    int newPid() {
        return nextPid.getAndIncrement();
    }

    List<Task> all() {
        return tasks;
    }

    /** Takes in a task that the start starts. */
    void add(Task task) {
        tasks.add(task);
    }

    /** Takes in a task, and starts its thread if the others run. */
    void adopt(Task task) {
        tasks.add(task);
        if (started) {
            task.thread().start();
        }
    }

    /** The same for an interrupt thread, which can be forgotten before the start. */
    void adoptIrqThread(Task task) {
        if (started) {
            adopt(task);
        } else {
            irqThreads.add(task);
        }
    }

    /** Forgets an interrupt thread that was never started; returns whether it was one. */
    boolean forgetIrqThread(Task task) {
        return !started && irqThreads.remove(task);
    }

    void forget(Task task) {
        tasks.remove(task);
    }

    /** The machine starts: what is adopted from now on starts at once. */
    void begin() {
        started = true;
    }

    boolean started() {
        return started;
    }

    /** Starts the threads of all tasks. */
    void start() {
        tasks.addAll(irqThreads);
        tasks.forEach(task -> task.thread().start());
    }
}
