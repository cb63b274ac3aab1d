package org.irqlab.kernel.softirq;

import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/**
 * The rules for softirqs of one CPU without kernel preemption, said as plainly as possible: a set
 * of pending vectors, three places that look at it, and four tasks (driver FIFO 50, urgent FIFO 60,
 * ksoftirqd, idle).
 */
final class NaiveSoftirqs implements SoftirqScript.Target {
    private static final int PASSES = 10;

    private final SoftirqScript script;
    final List<String> log = new ArrayList<>();

    private final TreeSet<Integer> pending = new TreeSet<>();
    private final int[] runs = new int[SoftirqVector.count()];
    private String current = "driver";
    private boolean inHardirq;
    private boolean serving;
    private int disables;
    private boolean needResched;
    private boolean daemonAwake;
    private boolean urgentAwake;
    private boolean leaked;
    private int interrupts;
    private int handedOver;
    private int leaks;

    NaiveSoftirqs(SoftirqScript script) {
        this.script = script;
    }

    void noteState() {
        log.add(
                "pending=%s ksoftirqd=%s handedOver=%d leaks=%d"
                        .formatted(pending, daemonAwake ? "awake" : "asleep", handedOver, leaks));
    }

    private boolean maySoftirqsRun() {
        return !inHardirq && !serving && disables == 0;
    }

    @Override
    public void raise(int vector) {
        pending.add(vector);
        if (maySoftirqsRun()) {
            wakeDaemon();
        }
    }

    @Override
    public void raiseWithoutWake(int vector) {
        pending.add(vector);
    }

    private void wakeDaemon() {
        if (!daemonAwake) {
            daemonAwake = true;
            // A fair task takes the CPU from the idle task only.
            needResched |= current.equals("cpu/0");
        }
    }

    @Override
    public void interrupt(boolean held) {
        boolean outerLeaked = leaked;
        leaked = false;
        inHardirq = true;
        log.add("hardirq on " + current);
        script.interrupt(interrupts++).forEach(step -> step.play(this));
        inHardirq = false;
        leaks += leaked ? 1 : 0;
        leaked = outerLeaked;
        runIfAllowed();
    }

    @Override
    public void disableBottomHalves() {
        disables++;
    }

    @Override
    public void enableBottomHalves() {
        disables--;
        runIfAllowed();
    }

    private void runIfAllowed() {
        if (maySoftirqsRun() && !pending.isEmpty()) {
            serve();
        }
    }

    private void serve() {
        serving = true;
        for (int pass = 1; ; pass++) {
            var snapshot = new ArrayList<>(pending);
            pending.clear();
            snapshot.forEach(this::run);
            if (pending.isEmpty()) {
                break;
            }
            if (needResched || pass == PASSES) {
                handedOver++;
                wakeDaemon();
                break;
            }
        }
        serving = false;
    }

    private void run(int vector) {
        log.add(SoftirqVector.of(vector) + " on " + current);
        leaked = false;
        script.softirq(vector, runs[vector]++).forEach(step -> step.play(this));
        leaks += leaked ? 1 : 0;
    }

    @Override
    public void wakeUrgentTask() {
        if (!urgentAwake) {
            urgentAwake = true;
            needResched = true;
        }
    }

    @Override
    public void leak() {
        leaked = true;
    }

    @Override
    public void reschedulePoint() {
        if (needResched) {
            letUrgentRun();
        }
    }

    private void letUrgentRun() {
        needResched = false;
        if (urgentAwake) {
            log.add("urgent");
            urgentAwake = false;
        }
    }

    @Override
    public void sleep() {
        letUrgentRun();
        letDaemonRun();
        current = "driver";
    }

    private void letDaemonRun() {
        if (daemonAwake) {
            current = "ksoftirqd/0";
            while (!pending.isEmpty()) {
                serve();
                letUrgentRun();
            }
            daemonAwake = false;
        }
        current = "cpu/0";
    }

    @Override
    public void sleepWithInterruptInIdle() {
        letUrgentRun();
        letDaemonRun();
        interrupt(false);
        letUrgentRun();
        current = "driver";
    }
}
