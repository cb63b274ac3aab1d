package org.irqlab.kernel.workqueue;

import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.scenario.Board;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Cost of one work item on a worker that is busy, from its queueing to the end of its run: two
 * items queue each other, so that the worker never sleeps and no other is woken.
 *
 * <p>The worker is a real one with a thread of its own. An interrupt begins each chain of {@value
 * #ITEMS} items and the last item ends it; that wake-up, some tens of µs, is less than 1 ns of each
 * item. What a worker's wake-up costs is {@link org.irqlab.host.HandOverLatency}'s business.
 *
 * <p>{@link ExecutorBenchmark} has the same for executors of Java, on the same core.
 *
 * <p>An item takes the pool's lock twice and changes its own state word twice, atomically: {@link
 * #bareAtomics}. Run with {@code -prof gc}: 0 B/op but for the machine's start.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(3)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class WorkqueueBenchmark {
    private static final int ITEMS = 100_000;
    private static final int WORKER_CORE = 0;

    private final Machine machine = Board.x86(MachineSpec.pinned(WORKER_CORE), IdleListener.NONE);
    private final Workqueues works = machine.workqueues();
    private final MsixTable device = Board.plugIn(machine, 1, 1).msix();
    private final WorkItem first = new WorkItem((cpu, self) -> ran(cpu, this.second), 1, 0);
    private final WorkItem second = new WorkItem((cpu, self) -> ran(cpu, this.first), 2, 0);
    private final Semaphore chainEnded = new Semaphore(0);
    private final AtomicLong word = new AtomicLong();

    // The worker.
    private int left;

    /** Starts the machine. */
    @Setup
    public void start() {
        var line = machine.irqs().allocate(45, device, 0, 0);
        machine.irqs()
                .request(
                        line,
                        "dev0",
                        0,
                        cpu -> {
                            left = ITEMS;
                            works.queueWork(cpu, works.system(), first);
                            return IrqReturn.HANDLED;
                        });
        device.writeControl(MsixTable.CONTROL_ENABLE);
        machine.start();
    }

    private void ran(KernelCpu cpu, WorkItem next) {
        if (--left == 0) {
            chainEnded.release();
        } else {
            works.queueWork(cpu, works.system(), next);
        }
    }

    @TearDown
    public void stop() {
        machine.close();
    }

    @Benchmark
    @OperationsPerInvocation(ITEMS)
    public void queueAndRunOnBusyWorker() {
        device.fire(0);
        chainEnded.acquireUninterruptibly();
    }

    @Benchmark
    public long bareAtomics() {
        word.compareAndSet(0, 1);
        word.setRelease(0);
        word.getAndAdd(2);
        word.compareAndSet(2, 1);
        word.setRelease(0);
        return word.getAndSet(0);
    }
}
