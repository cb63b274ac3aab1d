package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.IdlePolicy;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.kernel.sched.PreemptModel;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.kernel.sched.fair.FairProfile;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;

/** A machine whose softirqs write down what ran, in whose context. */
final class SoftirqRig implements AutoCloseable {
    static final int NESTED_VECTOR = 0x40;

    /** So long that the host cannot make a pass reach its time limit. */
    static final long NO_TICK_NS = 100 * 86_400_000_000_000L;

    final TestMachine m;
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    SoftirqRig(int cpus) {
        this(cpus, NO_TICK_NS, 0);
    }

    SoftirqRig(int cpus, long tickNs, int traceCapacity) {
        var settings =
                new SchedulerSettings(
                        PreemptModel.NONE, FairProfile.DEFAULT, tickNs, IdlePolicy.HALT);
        m =
                new TestMachine(
                        MachineSpec.unpinned(cpus)
                                .withWorkersPerPool(1)
                                .withTrace(traceCapacity)
                                .withScheduling(settings));
    }

    Softirqs softirqs() {
        return m.machine().softirqs(0);
    }

    /** Sets what a vector does; it is noted first. */
    void on(SoftirqVector vector, SoftirqAction action) {
        m.machine()
                .setSoftirqAction(
                        vector,
                        cpu -> {
                            note(vector.name());
                            action.run(cpu);
                        });
    }

    void on(SoftirqVector vector) {
        on(vector, cpu -> {});
    }

    /** Sets what a vector does; it is noted with its context. */
    void onInContext(SoftirqVector vector) {
        m.machine().setSoftirqAction(vector, cpu -> note(vector + " " + context(cpu)));
    }

    /** Raises vectors in one interrupt. */
    void raiseInInterrupt(SoftirqVector... vectors) {
        m.inInterrupt(0, cpu -> raiseIrqsOff(vectors));
    }

    void raiseIrqsOff(SoftirqVector... vectors) {
        for (SoftirqVector vector : vectors) {
            softirqs().raiseIrqsOff(vector);
        }
    }

    static void takeNested(KernelCpu cpu) {
        cpu.hw().port().accept(NESTED_VECTOR);
        cpu.hw().poll();
    }

    static String context(KernelCpu cpu) {
        int count = cpu.preemptCount();
        String kind =
                PreemptCount.inHardirq(count)
                        ? "hardirq"
                        : PreemptCount.inServingSoftirq(count) ? "softirq" : "task";
        return kind + " on " + cpu.current().name();
    }

    void note(String what) {
        log.add(what);
    }

    List<String> log() {
        return List.copyOf(log);
    }

    /** Waits until exactly this was noted. */
    void awaitLog(String... lines) {
        List<String> expected = List.of(lines);
        Threads.await(
                "as many notes as " + expected,
                () -> {
                    if (m.machine().smp().failure() != null) {
                        throw new AssertionError("machine failed", m.machine().smp().failure());
                    }
                    return log.size() >= expected.size();
                });
        assertEquals(expected, log());
    }

    @Override
    public void close() {
        m.close();
    }
}
