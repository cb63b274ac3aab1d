package org.irqlab.lab.scenario;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.apic.LocalApic;
import org.irqlab.hw.pci.MsixTable;
import org.irqlab.kernel.boot.GuestErrorLog;
import org.irqlab.kernel.boot.IdleListener;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.irq.IrqReturn;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Tasklet;
import org.irqlab.lab.measure.Platform;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BoardTest {
    private static final int FIRES = 20_000;

    @ParameterizedTest
    @EnumSource(Platform.class)
    void runsEveryTopHalfAndASoftirqAfterEach(Platform platform) {
        var tops = new AtomicLong();
        var bottoms = new AtomicLong();
        try (Machine machine = Board.of(platform, MachineSpec.unpinned(1), IdleListener.NONE)) {
            var msix = Board.plugIn(machine, 1, 1).msix();
            var line = machine.irqs().allocate(30, msix, 0, 0);
            machine.setSoftirqAction(SoftirqVector.BLOCK, cpu -> bottoms.set(tops.get()));
            machine.irqs()
                    .request(
                            line,
                            "disk",
                            0,
                            cpu -> {
                                tops.incrementAndGet();
                                machine.softirqs(cpu.id()).raiseIrqsOff(SoftirqVector.BLOCK);
                                return IrqReturn.HANDLED;
                            });
            msix.writeControl(MsixTable.CONTROL_ENABLE);
            machine.start();
            long latched = fire(msix);
            await(() -> tops.get() == latched && bottoms.get() == latched);
            assertEquals(latched, line.counts().byCpu(0));
        }
    }

    @ParameterizedTest
    @EnumSource(Platform.class)
    void runsTheInterruptThreadAfterEveryWakeThatWasNotMerged(Platform platform) {
        var tops = new AtomicLong();
        var threads = new AtomicLong();
        try (Machine machine = Board.of(platform, MachineSpec.unpinned(2), IdleListener.NONE)) {
            var msix = Board.plugIn(machine, 1, 1).msix();
            var line = machine.irqs().allocate(31, msix, 0, 1);
            var action =
                    machine.irqs()
                            .requestThreaded(
                                    line,
                                    "nic",
                                    0,
                                    cpu -> {
                                        tops.incrementAndGet();
                                        return IrqReturn.WAKE_THREAD;
                                    },
                                    cpu -> {
                                        threads.set(tops.get());
                                        return IrqReturn.HANDLED;
                                    },
                                    machine.cpu(1),
                                    machine.newPid());
            msix.writeControl(MsixTable.CONTROL_ENABLE);
            machine.start();
            long latched = fire(msix);
            await(() -> tops.get() == latched && threads.get() == latched);
            assertTrue(action.thread().runs() <= latched);
        }
    }

    @ParameterizedTest
    @EnumSource(Platform.class)
    void runsATaskletOncePerScheduleThatWasNotCoalesced(Platform platform) {
        var runs = new AtomicLong();
        try (Machine machine = Board.of(platform, MachineSpec.unpinned(1), IdleListener.NONE)) {
            var msix = Board.plugIn(machine, 1, 1).msix();
            var line = machine.irqs().allocate(32, msix, 0, 0);
            var tasklet = new Tasklet(cpu -> runs.incrementAndGet(), 1, 0);
            machine.irqs()
                    .request(
                            line,
                            "cam",
                            0,
                            cpu -> {
                                machine.tasklets(cpu.id()).schedule(tasklet);
                                return IrqReturn.HANDLED;
                            });
            msix.writeControl(MsixTable.CONTROL_ENABLE);
            machine.start();
            long latched = fire(msix);
            // A tasklet is no longer scheduled when it begins to run.
            await(() ->
                    // The line counts before its handler runs.
                    machine.tasklets(0).scheduled() + machine.tasklets(0).coalesced() == latched
                            && !tasklet.scheduled()
                            && runs.get() >= machine.tasklets(0).scheduled());
            assertEquals(machine.tasklets(0).scheduled(), runs.get());
            assertEquals(
                    latched, machine.tasklets(0).scheduled() + machine.tasklets(0).coalesced());
        }
    }

    private static long fire(MsixTable msix) {
        long latched = 0;
        for (int i = 0; i < FIRES; i++) {
            latched += msix.fire(0) == FireOutcome.LATCHED ? 1 : 0;
        }
        return latched;
    }

    private static void await(java.util.function.BooleanSupplier condition) {
        while (!condition.getAsBoolean()) {
            if (Thread.interrupted()) {
                throw new AssertionError("timed out");
            }
            Thread.onSpinWait();
        }
    }

    @ParameterizedTest
    @EnumSource(Platform.class)
    void countsAndTracesWhatAGuestDoesWrong(Platform platform) {
        var errors = new GuestErrorLog();
        var spec = MachineSpec.unpinned(2).withTrace(16);
        try (Machine machine = Board.of(platform, spec, IdleListener.NONE, errors)) {
            // The machine stands still: this thread holds its CPUs.
            machine.cpu(1).hw().port().endOfInterrupt();
            assertEquals(1, errors.of(GuestError.END_WITHOUT_ACKNOWLEDGE));
            assertEquals(1, machine.cpu(1).ring().size());
            assertEquals(Tracepoint.GUEST_ERROR, machine.cpu(1).ring().event(0));
            assertEquals(0, machine.cpu(0).ring().size());
        }
    }

    @Test
    void carriesAnNmiFromCpuToCpu() {
        var seen = new AtomicLong();
        try (Machine machine = Board.x86(MachineSpec.unpinned(2), IdleListener.NONE)) {
            machine.nmis(1)
                    .add(cpu -> {
                        seen.incrementAndGet();
                        return true;
                    });
            machine.start();
            // Delivery mode 4, destination 1.
            ((LocalApic) machine.controller().port(0)).writeIcr(1L << 56 | 4 << 8);
            await(() -> seen.get() == 1);
        }
    }
}
