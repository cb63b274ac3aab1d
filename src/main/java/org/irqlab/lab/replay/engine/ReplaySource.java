package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.kernel.deferral.DeferredCall;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.measure.Conservation;
import org.irqlab.lab.measure.Stage;
import org.irqlab.lab.replay.ReplayPlan;

import java.util.Arrays;

/**
 * One source of arrivals: its descriptor ring, its top half, and, where the strategy has moved
 * them, its bottom halves.
 *
 * <p><b>Threads.</b> Any holder; counters by CPU, summed after the machine has stopped.
 */
final class ReplaySource {
    private static final int STRIDE = 16;

    private final ReplayPlan.Source spec;
    private final InterruptTrigger trigger;
    private final ReplaySamples samples;
    private final SoftirqRuns bottomHalves;
    private final ReplayCounters[] counters;
    private final boolean[] hasBottomHalf;
    private final RunRing descriptors = new RunRing();
    private final RunRing[] bottoms;
    private final boolean[] threadWanted;
    private ActivityRunner runner;
    private DeferredCall deferred;
    private boolean moved;
    private boolean bySerialThread;
    private boolean inline;

    /** What a bottom half saves by not being a softirq. */
    private long dispatchNs;

    // A source of a shared vector fires on its own CPU only.
    private boolean latched;

    // By CPU, each written by its holder.
    private final long[] arrivals;
    private final long[] handled;
    private final long[] coalesced;
    private final long[] dropped;
    private final long[] queued;
    private final long[] ran;

    /**
     * @param trigger how an arrival becomes an interrupt
     * @param hasBottomHalf by activity: whether a top half leaves work behind
     */
    ReplaySource(
            ReplayPlan.Source spec,
            InterruptTrigger trigger,
            ReplaySamples samples,
            SoftirqRuns bottomHalves,
            ReplayCounters[] counters,
            boolean[] hasBottomHalf) {
        this.spec = spec;
        this.trigger = trigger;
        this.samples = samples;
        this.bottomHalves = bottomHalves;
        this.counters = counters;
        this.hasBottomHalf = hasBottomHalf;
        int cpus = counters.length;
        bottoms = new RunRing[cpus];
        Arrays.setAll(bottoms, cpu -> new RunRing());
        threadWanted = new boolean[cpus];
        // One more for a producer thread.
        int slots = (cpus + 1) * STRIDE;
        arrivals = new long[slots];
        handled = new long[slots];
        coalesced = new long[slots];
        dropped = new long[slots];
        queued = new long[slots];
        ran = new long[slots];
    }

    void connect(ActivityRunner runner) {
        this.runner = runner;
    }

    /** Moves the bottom halves to the tasklet that {@code call} runs. Before the machine starts. */
    void moveToTasklet(DeferredCall call) {
        moved = true;
        deferred = call;
    }

    /**
     * Moves the bottom halves to the thread, or work item, that {@code call} runs.
     *
     * @param savedNs what a turn of the thread saves, its bottom half being no softirq
     */
    void moveToThread(DeferredCall call, long savedNs) {
        moved = true;
        deferred = call;
        bySerialThread = true;
        dispatchNs = savedNs;
    }

    /** Moves the bottom halves into the top half, or to the raise of a task. */
    void moveInline() {
        moved = true;
        inline = true;
    }

    /** Moves the bottom halves to this line's own interrupt thread. */
    void moveToInterruptThread(long savedNs) {
        moved = true;
        bySerialThread = true;
        dispatchNs = savedNs;
    }

    /** Returns whether the bottom halves run in a thread, which a raise wakes. */
    boolean inThread() {
        return bySerialThread;
    }

    /** Returns whether the bottom halves run where they are raised. */
    boolean inline() {
        return inline;
    }

    ReplayPlan.Source spec() {
        return spec;
    }

    boolean moved() {
        return moved;
    }

    /**
     * The device has something: puts the descriptor into the ring and fires. At a poll point of
     * {@code cpu}.
     */
    @HotPath
    void arrive(int cpu, Run run) {
        int slot = cpu * STRIDE;
        arrivals[slot]++;
        if (!descriptors.offer(run)) {
            dropped[slot]++;
            return;
        }
        FireOutcome outcome = trigger.fire();
        if (outcome == FireOutcome.COALESCED || outcome == FireOutcome.COALESCED_MASKED) {
            coalesced[slot]++;
        } else if (outcome == FireOutcome.LATCHED || outcome == FireOutcome.PENDED_MASKED) {
            latched = true;
        } else {
            dropped[slot]++;
        }
    }

    /** Counts an arrival that is no interrupt: something that a task did. */
    @HotPath
    void arrived(int cpu) {
        arrivals[cpu * STRIDE]++;
    }

    /** An arrival that is not an interrupt has been served. */
    @HotPath
    void served(int cpu) {
        handled[cpu * STRIDE]++;
    }

    /** An arrival that the recording shows merged into one before it. */
    void merged(int cpu) {
        arrivals[cpu * STRIDE]++;
        coalesced[cpu * STRIDE]++;
    }

    /** Serves everything in the ring. Hardirq context. */
    @HotPath
    IrqReturn topHalf(KernelCpu cpu) {
        handled[cpu.id() * STRIDE]++;
        long startNs = cpu.pathClock().markNs();
        for (Run run = descriptors.poll(); run != null; run = descriptors.poll()) {
            startNs = serve(cpu, run, startNs);
        }
        boolean wake = threadWanted[cpu.id()];
        threadWanted[cpu.id()] = false;
        return wake ? IrqReturn.WAKE_THREAD : IrqReturn.HANDLED;
    }

    /**
     * As {@link #topHalf}, for one of several sources that share a vector of this CPU: what arrives
     * meanwhile has latched the vector again, and waits for that.
     */
    @HotPath
    void topHalfOfSharedVector(KernelCpu cpu) {
        if (latched) {
            latched = false;
            handled[cpu.id() * STRIDE]++;
        }
        long startNs = cpu.pathClock().markNs();
        for (int left = descriptors.size(); left > 0; left--) {
            startNs = serve(cpu, descriptors.poll(), startNs);
        }
    }

    /** Returns when it was done. */
    private long serve(KernelCpu cpu, Run run, long startNs) {
        samples.add(cpu, spec.id(), Stage.ARRIVAL_TO_TOP, startNs - run.arrivalNs);
        runner.execute(cpu, run, startNs);
        long endNs = HostClock.nowNs();
        // Interrupts are off, so that nothing comes between; a bottom half that was moved in here
        // belongs to it.
        samples.add(cpu, spec.id(), Stage.TOP, endNs - startNs);
        if (!hasBottomHalf[run.activity]) {
            samples.add(cpu, spec.id(), Stage.ARRIVAL_TO_DONE, endNs - run.arrivalNs);
        }
        return endNs;
    }

    /** Returns whether the bottom halves run in the line's interrupt thread. */
    boolean onInterruptThread() {
        return moved && deferred == null && !inline;
    }

    /** Takes over a bottom half that the strategy has moved. */
    @HotPath
    void defer(KernelCpu cpu, Run run) {
        if (!bottoms[cpu.id()].offer(run)) {
            dropBottom(cpu);
            return;
        }
        queued[cpu.id() * STRIDE]++;
        counters[cpu.id()].workQueued++;
        if (inline) {
            bottomHalf(cpu);
        } else if (deferred != null) {
            deferred.schedule(cpu);
        } else {
            threadWanted[cpu.id()] = true;
        }
    }

    @HotPath
    void dropBottom(KernelCpu cpu) {
        counters[cpu.id()].dropped++;
        dropped[cpu.id() * STRIDE]++;
    }

    /** Counts a bottom half of this source that was left where it was recorded. */
    @HotPath
    void queuedInPlace(int cpu) {
        queued[cpu * STRIDE]++;
    }

    @HotPath
    void ranBottom(int cpu) {
        ran[cpu * STRIDE]++;
        if (spec.kind() == ReplayPlan.SourceKind.TASK_SOFTIRQ) {
            handled[cpu * STRIDE]++;
        }
    }

    /** Runs what waits: of this CPU, or, in a thread that never overlaps itself, of all CPUs. */
    @HotPath
    void bottomHalf(KernelCpu cpu) {
        if (!bySerialThread) {
            RunRing ring = bottoms[cpu.id()];
            for (Run run = ring.poll(); run != null; run = ring.poll()) {
                bottomHalves.bottomHalf(cpu, run, HostClock.nowNs());
            }
            return;
        }
        // A turn of the thread has its way in and out instead of a dispatch: once, not per run.
        long savedNs = dispatchNs;
        for (RunRing ring : bottoms) {
            for (Run run = ring.poll(); run != null; run = ring.poll()) {
                bottomHalves.bottomHalfInThread(cpu, run, savedNs);
                savedNs = 0;
            }
        }
    }

    /** Returns where this source's arrivals went. After the machine has stopped. */
    Conservation conservation() {
        return new Conservation(
                sum(arrivals), sum(handled), sum(coalesced), sum(dropped), sum(queued), sum(ran));
    }

    private static long sum(long[] byCpu) {
        return Arrays.stream(byCpu).sum();
    }

    /** How an arrival becomes an interrupt. */
    @FunctionalInterface
    interface InterruptTrigger {
        FireOutcome fire();
    }
}
