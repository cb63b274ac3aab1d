package org.irqlab.hw.intc;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;

import java.util.List;

/** What every interrupt controller owes to devices, CPUs and the kernel. */
public interface InterruptControllerContract {
    /** A machine with one CPU per kick, its ports ready to deliver. */
    InterruptController machine(List<CountingKick> kicks);

    private InterruptController machine() {
        return machine(List.of(new CountingKick(), new CountingKick()));
    }

    @Test
    default void hasOneCpuPerKick() {
        assertEquals(2, machine().cpus());
    }

    @Test
    default void takesARequestOnceAndOnlyOnItsCpu() {
        var machine = machine();
        int vector = machine.vectors().reschedule();
        assertEquals(FireOutcome.LATCHED, machine.sendIpi(1, vector));
        assertFalse(machine.port(0).requested());
        assertEquals(CpuInterruptPort.NONE, machine.port(0).acknowledge());
        CpuInterruptPort port = machine.port(1);
        assertTrue(port.requested());
        assertTrue(port.deliverable());
        assertEquals(vector, port.acknowledge());
        assertTrue(port.inService());
        assertFalse(port.requested());
        assertEquals(CpuInterruptPort.NONE, port.acknowledge());
        port.endOfInterrupt();
        assertFalse(port.inService());
        assertEquals(CpuInterruptPort.NONE, port.acknowledge());
    }

    @Test
    default void coalescesUntilAcknowledged() {
        var machine = machine();
        int vector = machine.vectors().callFunction();
        CpuInterruptPort port = machine.port(0);
        assertEquals(FireOutcome.LATCHED, port.accept(vector));
        assertEquals(FireOutcome.COALESCED, port.accept(vector));
        assertEquals(vector, port.acknowledge());
        assertEquals(FireOutcome.LATCHED, port.accept(vector), "one in service, one requested");
        assertEquals(FireOutcome.COALESCED, port.accept(vector));
        assertEquals(CpuInterruptPort.NONE, port.acknowledge(), "does not nest on itself");
        port.endOfInterrupt();
        assertEquals(vector, port.acknowledge());
    }

    @Test
    default void dropsAnIpiToACpuThatDoesNotExist() {
        var machine = machine();
        int vector = machine.vectors().reschedule();
        assertEquals(FireOutcome.DROPPED_NO_TARGET, machine.sendIpi(2, vector));
        assertEquals(FireOutcome.DROPPED_NO_TARGET, machine.sendIpi(-1, vector));
    }

    @Test
    default void latchesTheTimerVectorWhenTheTimerExpires() {
        var machine = machine();
        assertEquals(FireOutcome.LATCHED, machine.port(1).timerExpired());
        assertEquals(machine.vectors().localTimer(), machine.port(1).acknowledge());
    }

    @Test
    default void kicksAHaltedCpuOncePerHalt() {
        var kick = new CountingKick();
        CpuInterruptPort port = machine(List.of(kick)).port(0);
        var vectors = machine().vectors();
        port.accept(vectors.reschedule());
        assertEquals(0, kick.kicks(), "a running CPU polls");
        assertFalse(port.tryHalt(), "a request is there");
        port.acknowledge();
        port.endOfInterrupt();
        port.accept(vectors.reschedule());
        assertEquals(0, kick.kicks(), "the refused halt left nothing behind");
        port.acknowledge();
        port.endOfInterrupt();
        assertTrue(port.tryHalt());
        port.accept(vectors.reschedule());
        port.accept(vectors.callFunction());
        assertEquals(1, kick.kicks());
        port.resumed();
        while (port.acknowledge() != CpuInterruptPort.NONE) {
            port.endOfInterrupt();
        }
        assertTrue(port.tryHalt());
        port.resumed();
        port.accept(vectors.reschedule());
        assertEquals(1, kick.kicks(), "awake again by itself");
    }

    @Test
    default void haltsWithARequestThatMustWait() {
        CpuInterruptPort port = machine().port(0);
        int vector = machine().vectors().reschedule();
        port.accept(vector);
        port.acknowledge();
        port.accept(vector);
        assertTrue(port.requested());
        assertTrue(port.tryHalt(), "the request cannot be delivered before the end of the first");
    }

    @Test
    default void ignoresAnEndWithNothingInService() {
        CpuInterruptPort port = machine().port(0);
        port.endOfInterrupt();
        int vector = machine().vectors().reschedule();
        port.accept(vector);
        assertEquals(vector, port.acknowledge());
    }

    @Test
    default void namesDistinctVectorsOutsideTheDeviceRange() {
        var vectors = machine().vectors();
        var system =
                List.of(
                        vectors.localTimer(),
                        vectors.reschedule(),
                        vectors.callFunction(),
                        vectors.irqWork());
        assertEquals(4, system.stream().distinct().count());
        system.forEach(vector -> assertFalse(vectors.allocatable(vector)));
        int single = vectors.callFunctionSingle();
        // arm64 has one message for both kinds of call.
        assertTrue(single == vectors.callFunction() || !system.contains(single));
        assertFalse(vectors.allocatable(single));
        assertTrue(vectors.allocatable(vectors.firstDevice()));
        assertTrue(vectors.allocatable(vectors.lastDevice()));
        assertFalse(vectors.allocatable(vectors.firstDevice() - 1));
        assertFalse(vectors.allocatable(vectors.lastDevice() + 1));
    }
}
