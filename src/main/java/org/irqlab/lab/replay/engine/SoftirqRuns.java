package org.irqlab.lab.replay.engine;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.lab.measure.Stage;

import java.util.Arrays;

/**
 * The recorded runs that wait for a softirq vector of a CPU; the vector's action does them all.
 *
 * <p><b>Threads.</b> Each CPU's backlogs by the holder of its baton.
 */
final class SoftirqRuns {
    private final RunRing[][] backlogs;
    private final ReplaySamples samples;
    private final ReplayCounters[] counters;
    private ActivityRunner runner;
    private ReplaySource[] sources;

    SoftirqRuns(Machine machine, ReplaySamples samples, ReplayCounters[] counters) {
        this.samples = samples;
        this.counters = counters;
        backlogs = new RunRing[machine.cpus()][SoftirqVector.count()];
        for (RunRing[] ofCpu : backlogs) {
            Arrays.setAll(ofCpu, vector -> new RunRing());
        }
    }

    /** Serves every vector that runs recorded softirqs. Before the machine starts. */
    void connect(Machine machine, ActivityRunner runner, ReplaySource[] sources) {
        this.runner = runner;
        this.sources = sources;
        for (SoftirqVector vector : SoftirqVector.values()) {
            if (vector != SoftirqVector.TASKLET && vector != SoftirqVector.HI) {
                machine.setSoftirqAction(vector, cpu -> drain(cpu, vector.ordinal()));
            } else {
                // Recorded tasklets and the machine's own share these vectors.
                machine.setSoftirqAction(
                        vector,
                        cpu -> {
                            drain(cpu, vector.ordinal());
                            (vector == SoftirqVector.HI
                                            ? machine.highTasklets(cpu.id())
                                            : machine.tasklets(cpu.id()))
                                    .run(cpu);
                        });
            }
        }
    }

    @HotPath
    boolean offer(KernelCpu cpu, int vector, Run run) {
        return backlogs[cpu.id()][vector].offer(run);
    }

    @HotPath
    private void drain(KernelCpu cpu, int vector) {
        RunRing backlog = backlogs[cpu.id()][vector];
        // What is raised meanwhile waits for the next pass, as its vector does.
        long startNs = cpu.pathClock().markNs();
        for (int left = backlog.size(); left > 0; left--) {
            bottomHalf(cpu, backlog.poll(), startNs);
            startNs = HostClock.nowNs();
        }
    }

    /** Runs a bottom half in a softirq and measures it. */
    @HotPath
    void bottomHalf(KernelCpu cpu, Run run, long startNs) {
        counters[cpu.id()].workRun++;
        measured(cpu, run, startNs, runner.execute(cpu, run, startNs));
    }

    /**
     * Runs a bottom half in a thread and measures it.
     *
     * @param savedNs what it saves by not being a softirq
     */
    @HotPath
    void bottomHalfInThread(KernelCpu cpu, Run run, long savedNs) {
        counters[cpu.id()].workRun++;
        long startNs = cpu.threadPaths().workDueNs();
        measured(cpu, run, startNs, runner.executeUnmarked(cpu, run, startNs, savedNs));
    }

    private void measured(KernelCpu cpu, Run run, long startNs, long netNs) {
        if (run.source < 0) {
            return;
        }
        samples.add(cpu, run.source, Stage.RAISE_TO_BOTTOM, startNs - run.raisedNs);
        samples.add(cpu, run.source, Stage.BOTTOM, netNs);
        samples.add(cpu, run.source, Stage.ARRIVAL_TO_DONE, HostClock.nowNs() - run.arrivalNs);
        sources[run.source].ranBottom(cpu.id());
    }
}
