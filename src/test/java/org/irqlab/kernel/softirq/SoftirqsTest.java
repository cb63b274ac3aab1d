package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.trace.TraceRing;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** The pending mask and the passes over it. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class SoftirqsTest {
    private static final int TRACE_EVENTS = 256;

    private final SoftirqRig rig = new SoftirqRig(1, SoftirqRig.NO_TICK_NS, TRACE_EVENTS);

    @AfterEach
    void close() {
        if (rig.m.machine().smp().failure() == null) {
            rig.close();
        }
    }

    @Test
    void runsPendingVectorsMostUrgentFirst() {
        for (SoftirqVector vector : SoftirqVector.values()) {
            rig.on(vector);
        }
        rig.m.start();
        rig.raiseInInterrupt(
                List.of(SoftirqVector.values()).reversed().toArray(SoftirqVector[]::new));
        rig.awaitLog(
                "HI",
                "TIMER",
                "NET_TX",
                "NET_RX",
                "BLOCK",
                "IRQ_POLL",
                "TASKLET",
                "SCHED",
                "HRTIMER",
                "RCU");
    }

    @Test
    void runsAVectorOnceThatWasRaisedTwice() {
        rig.on(SoftirqVector.NET_RX);
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.NET_RX, SoftirqVector.NET_RX);
        rig.awaitLog("NET_RX");
        rig.m.inInterrupt(0, cpu -> rig.note("later"));
        rig.awaitLog("NET_RX", "later");
        assertCounts(SoftirqVector.NET_RX, 2, 1);
    }

    private void assertCounts(SoftirqVector vector, long raised, long ran) {
        rig.m.inInterrupt(
                0,
                cpu -> {
                    assertEquals(raised, rig.softirqs().raised(vector));
                    assertEquals(ran, rig.softirqs().ran(vector));
                });
    }

    @Test
    void leavesVectorsRaisedInAPassToTheNextOne() {
        for (var vector : List.of(SoftirqVector.HI, SoftirqVector.SCHED, SoftirqVector.RCU)) {
            rig.on(vector);
        }
        rig.on(
                SoftirqVector.BLOCK,
                cpu -> {
                    // One that the pass has gone by, and one that it has yet to reach.
                    rig.softirqs().raise(SoftirqVector.HI);
                    rig.softirqs().raise(SoftirqVector.RCU);
                });
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.BLOCK, SoftirqVector.SCHED);
        rig.awaitLog("BLOCK", "SCHED", "HI", "RCU");
    }

    @Test
    void runsAVectorOnceMoreThatWasRaisedWhileItRan() {
        var again = new AtomicInteger(2);
        rig.on(SoftirqVector.SCHED);
        rig.on(
                SoftirqVector.BLOCK,
                cpu -> {
                    assertFalse(rig.softirqs().pending(SoftirqVector.BLOCK), "cleared before");
                    if (again.getAndDecrement() > 0) {
                        rig.softirqs().raise(SoftirqVector.BLOCK);
                        assertTrue(rig.softirqs().pending(SoftirqVector.BLOCK));
                    }
                });
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.BLOCK, SoftirqVector.SCHED);
        rig.awaitLog("BLOCK", "SCHED", "BLOCK", "BLOCK");
    }

    @Test
    void runsWhatANestedInterruptRaisedInTheNextPass() {
        rig.m
                .machine()
                .irqs()
                .setSystemHandler(
                        SoftirqRig.NESTED_VECTOR,
                        cpu -> {
                            rig.note(SoftirqRig.context(cpu));
                            rig.raiseIrqsOff(SoftirqVector.TIMER, SoftirqVector.HRTIMER);
                        },
                        null,
                        null);
        Stream.of(SoftirqVector.TIMER, SoftirqVector.RCU, SoftirqVector.HRTIMER).forEach(rig::on);
        rig.on(SoftirqVector.BLOCK, SoftirqRig::takeNested);
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.BLOCK, SoftirqVector.RCU);
        rig.awaitLog("BLOCK", "hardirq on cpu/0", "RCU", "TIMER", "HRTIMER");
    }

    @Test
    void countsAVectorThatNothingServes() {
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.IRQ_POLL);
        Threads.await("run", () -> rig.softirqs().ran(SoftirqVector.IRQ_POLL) == 1);
        assertCounts(SoftirqVector.IRQ_POLL, 1, 1);
        rig.m.inInterrupt(0, cpu -> assertFalse(rig.softirqs().pending()));
    }

    @Test
    void putsAnActionRightThatLeavesPreemptionOrBottomHalvesOff() {
        rig.on(SoftirqVector.NET_TX, KernelCpu::preemptDisable);
        rig.on(SoftirqVector.NET_RX, KernelCpu::bhDisable);
        rig.on(SoftirqVector.BLOCK, cpu -> rig.note("%06x".formatted(cpu.preemptCount())));
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.NET_TX, SoftirqVector.NET_RX, SoftirqVector.BLOCK);
        rig.awaitLog("NET_TX", "NET_RX", "BLOCK", "000100");
        rig.m.inInterrupt(0, cpu -> assertEquals(2, cpu.leakedContexts()));
    }

    @Test
    void stopsTheMachineWithTheCauseWhenAnActionThrows() {
        var cause = new IllegalArgumentException("no such descriptor");
        rig.on(
                SoftirqVector.BLOCK,
                cpu -> {
                    throw cause;
                });
        Task first = rig.m.kernelThread(0, "first", TaskPolicy.NORMAL, self -> {});
        rig.m.start();
        Threads.await("machine idles", () -> !first.thread().isAlive());
        rig.raiseInInterrupt(SoftirqVector.BLOCK);
        Threads.await("failure", () -> rig.m.machine().smp().failure() != null);
        var failure = assertThrows(IllegalStateException.class, rig::close);
        assertEquals(cause, failure.getCause());
    }

    @Test
    void tracesRaiseEntryAndExit() {
        rig.on(SoftirqVector.NET_RX);
        rig.m.start();
        rig.raiseInInterrupt(SoftirqVector.NET_RX, SoftirqVector.NET_RX);
        rig.awaitLog("NET_RX");
        rig.close();
        var seen = new ArrayList<String>();
        TraceRing ring = rig.m.cpu(0).ring();
        for (int i = 0; i < ring.size(); i++) {
            if (ring.event(i).name().startsWith("SOFTIRQ")) {
                assertEquals(SoftirqVector.NET_RX.ordinal(), ring.a(i));
                seen.add(ring.event(i).name());
            }
        }
        assertEquals(
                Stream.of(
                                Tracepoint.SOFTIRQ_RAISE,
                                Tracepoint.SOFTIRQ_RAISE,
                                Tracepoint.SOFTIRQ_ENTRY,
                                Tracepoint.SOFTIRQ_EXIT)
                        .map(Tracepoint::name)
                        .toList(),
                seen);
    }

    @Test
    void refusesARaiseWithInterruptsOn() {
        // The machine stands still: this thread holds the CPU.
        rig.m.cpu(0).hw().irqEnable();
        var bug =
                assertThrows(
                        IllegalStateException.class, () -> rig.raiseIrqsOff(SoftirqVector.BLOCK));
        assertEquals("invariant broken: softirq raised with interrupts on", bug.getMessage());
    }

    @Test
    void refusesSoftirqsInHardirqInSoftirqAndWithBottomHalvesOff() {
        KernelCpu cpu = rig.m.cpu(0);
        for (int context : new int[] {0x1_0000, 0x100, 0x200}) {
            cpu.restorePreemptCount(context);
            var bug = assertThrows(IllegalStateException.class, cpu::enterSoftirq);
            assertTrue(bug.getMessage().contains("I-22"), bug.getMessage());
        }
    }

    @Test
    void numbersVectorsAsTheKernelDoes() {
        assertEquals(10, SoftirqVector.count());
        assertEquals(3, SoftirqVector.NET_RX.ordinal());
        assertEquals(SoftirqVector.TASKLET, SoftirqVector.of(6));
    }
}
