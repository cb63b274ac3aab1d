package org.irqlab.kernel.irq.platform;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.irq.IrqFlag;
import org.irqlab.kernel.irq.IrqHandler;
import org.irqlab.kernel.irq.IrqRequest;
import org.irqlab.kernel.irq.IrqResult;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.irq.line.IrqDescriptor;
import org.irqlab.kernel.irq.line.TestLines;
import org.irqlab.kernel.irq.platform.WiredMachine.Platform;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A producer drives wires at random while a task moves their lines and switches them off and on:
 * once all is quiet, everything has been served, and every interrupt is accounted for.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WiredConservationTest {
    private static final int STEPS = 20_000;
    private static final long PAUSE_NS = 200_000;

    private final AtomicLong edges = new AtomicLong();
    private final AtomicLong edgesSeen = new AtomicLong();
    private final AtomicBoolean over = new AtomicBoolean();
    private final AtomicBoolean tidied = new AtomicBoolean();

    private IrqRequest shared(String name, LevelDevice device) {
        return IrqRequest.of(name, cpu -> device.serve())
                .withFlags(IrqFlag.SHARED)
                .withDevice(device);
    }

    /** Disables and enables, and moves, until the producer is done. */
    private void disturb(WiredMachine w, Task self, IrqDescriptor... lines) {
        var random = new Random(7);
        while (!over.get()) {
            KernelCpu cpu = self.cpu();
            IrqDescriptor line = lines[random.nextInt(lines.length)];
            if (random.nextBoolean()) {
                line.disable(cpu);
                w.m.sleep(self, PAUSE_NS);
                line.enable(self.cpu());
            } else {
                CpuMask where = CpuMask.of(random.nextInt(2));
                assertEquals(IrqResult.OK, w.m.machine().irqs().setAffinity(line, where, cpu));
            }
            w.m.sleep(self, PAUSE_NS);
        }
        tidied.set(true);
    }

    @ParameterizedTest
    @EnumSource
    void losesNothing(Platform platform) {
        var w = new WiredMachine(platform, 2);
        var levelWire = w.levelWire(5);
        var edgeWire = w.edgeWire(7);
        var devices = new LevelDevice[] {new LevelDevice(levelWire), new LevelDevice(levelWire)};
        var pull = edgeWire.connect();
        IrqDescriptor level = w.line(5, levelWire);
        IrqDescriptor edge = w.line(7, edgeWire);
        TestLines.request(level, shared("a", devices[0]), w.cpu(0));
        TestLines.request(level, shared("b", devices[1]), w.cpu(0));
        IrqHandler seesEdges =
                cpu -> {
                    edgesSeen.set(edges.get());
                    return IrqReturn.HANDLED;
                };
        TestLines.request(edge, IrqRequest.of("edge", seesEdges), w.cpu(0));
        w.m.kernelThread(1, "balancer", TaskPolicy.NORMAL, t -> disturb(w, t, level, edge));
        try (w) {
            w.start();
            var random = new Random(11);
            for (int step = 0; step < STEPS; step++) {
                int choice = random.nextInt(4);
                if (choice < 2) {
                    devices[choice].post(1 + random.nextInt(3));
                } else {
                    edges.incrementAndGet();
                    pull.set(true);
                    pull.set(false);
                }
            }
            over.set(true);
            Threads.await("the balancer is done", tidied::get);
            for (LevelDevice device : devices) {
                Threads.await("levels served", () -> device.served() == device.posted());
            }
            Threads.await("edges seen", () -> edgesSeen.get() == edges.get());
            for (int cpu = 0; cpu < 4; cpu++) {
                w.m.inInterrupt(cpu % 2, here -> {});
            }
            assertFalse(levelWire.active() || edgeWire.active());
            assertFalse(w.inputs().inFlight((int) level.binding().hwirq()), "I-11");
        }
        for (IrqDescriptor line : new IrqDescriptor[] {level, edge}) {
            TestLines.assertConserved(line);
            assertEquals(0, line.depth());
            assertTrue(line.counts().ran() > 0);
        }
        assertEquals(0, level.counts().resent(), "I-13");
        w.m.machine().irqs().checkVectors();
    }
}
