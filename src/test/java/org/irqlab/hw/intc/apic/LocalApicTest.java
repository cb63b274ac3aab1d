package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

@Timeout(10)
class LocalApicTest {
    private static final int NONE = CpuInterruptPort.NONE;
    private final List<Integer> broadcasts = new ArrayList<>();
    private final ApicController machine =
            new ApicController(
                    List.of(new CountingKick(), new CountingKick(), new CountingKick()),
                    broadcasts::add);
    private final LocalApic apic = machine.port(1);

    @Test
    void deliversTheHighestVectorFirst() {
        apic.accept(0x41);
        apic.accept(0xc2);
        apic.accept(0x92);
        assertEquals(0xc2, apic.acknowledge());
        apic.endOfInterrupt();
        assertEquals(0x92, apic.acknowledge());
        apic.endOfInterrupt();
        assertEquals(0x41, apic.acknowledge());
    }

    @Test
    void holdsBackAVectorOfTheSameClassUntilEndOfInterrupt() {
        apic.accept(0x31);
        assertEquals(0x31, apic.acknowledge());
        apic.accept(0x3f);
        assertFalse(apic.deliverable());
        assertEquals(NONE, apic.acknowledge(), "0x3f is in class 3, as 0x31 is");
        apic.endOfInterrupt();
        assertEquals(0x3f, apic.acknowledge());
    }

    @Test
    void nestsAVectorOfAHigherClassAndEndsInReverseOrder() {
        apic.accept(0x31);
        apic.acknowledge();
        apic.accept(0x40);
        assertEquals(0x40, apic.acknowledge());
        assertEquals(0x40, apic.ppr());
        apic.endOfInterrupt();
        assertEquals(0x30, apic.ppr());
        assertTrue(apic.inService());
        apic.endOfInterrupt();
        assertFalse(apic.inService());
    }

    @Test
    void derivesTheProcessorPriorityFromTaskPriorityAndService() {
        apic.accept(0x25);
        apic.acknowledge();
        apic.writeTpr(0x31);
        assertEquals(0x31, apic.ppr());
        apic.writeTpr(0x19);
        assertEquals(0x20, apic.ppr());
    }

    @Test
    void deliversWhatWaitedWhenTheTaskPriorityDrops() {
        apic.writeTpr(0x50);
        apic.accept(0x5f);
        assertTrue(apic.requested());
        assertEquals(NONE, apic.acknowledge());
        apic.writeTpr(0x4f);
        assertEquals(0x5f, apic.acknowledge());
    }

    @Test
    void answersACommittedCycleWithTheSpuriousVectorAndKeepsTheRequest() {
        apic.accept(0x31);
        assertTrue(apic.deliverable());
        apic.writeTpr(0x40);
        assertEquals(apic.spuriousVector(), apic.acknowledge());
        assertEquals(0xff, apic.spuriousVector());
        assertFalse(apic.inService(), "a spurious vector is not in service");
        assertEquals(NONE, apic.acknowledge(), "one cycle, one spurious vector");
        apic.writeTpr(0);
        assertEquals(0x31, apic.acknowledge());
        assertEquals(1, apic.counts().spurious());
    }

    @Test
    void holdsRequestsWhileSoftwareDisabled() {
        apic.accept(0x61);
        apic.writeSvr(0xff);
        assertEquals(FireOutcome.LATCHED, apic.accept(0x62));
        assertFalse(apic.deliverable());
        assertEquals(NONE, apic.acknowledge());
        apic.writeSvr(0x1ff);
        assertEquals(0x62, apic.acknowledge());
        apic.endOfInterrupt();
        assertEquals(0x61, apic.acknowledge());
    }

    @Test
    void losesAMaskedTimerExpiry() {
        apic.writeLvtTimer(1 << 16 | 0xec);
        assertEquals(FireOutcome.DROPPED_DISABLED, apic.timerExpired());
        apic.writeLvtTimer(0xec);
        assertEquals(NONE, apic.acknowledge());
        assertEquals(1, apic.counts().lostTimerExpiries());
    }

    @Test
    void masksTheTimerWhenSoftwareDisabled() {
        apic.writeSvr(0xff);
        apic.writeSvr(0x1ff);
        assertEquals(FireOutcome.DROPPED_DISABLED, apic.timerExpired());
    }

    @Test
    void recordsIllegalVectorsUntilTheErrorStatusIsWritten() {
        assertEquals(FireOutcome.DROPPED_ILLEGAL_VECTOR, apic.accept(15));
        assertEquals(FireOutcome.DROPPED_ILLEGAL_VECTOR, apic.accept(256));
        assertEquals(FireOutcome.DROPPED_ILLEGAL_VECTOR, apic.accept(-1));
        assertEquals(FireOutcome.LATCHED, apic.accept(16));
        assertEquals(0, apic.errorStatus());
        apic.writeErrorStatus();
        assertEquals(1 << 6, apic.errorStatus());
        apic.writeErrorStatus();
        assertEquals(0, apic.errorStatus());
    }

    @Test
    void broadcastsTheEndOfALevelOnly() {
        apic.acceptLevel(0x51);
        apic.accept(0x61);
        apic.acknowledge();
        apic.endOfInterrupt();
        assertEquals(List.of(), broadcasts);
        apic.acknowledge();
        apic.endOfInterrupt();
        assertEquals(List.of(0x51), broadcasts);
        apic.writeSvr(1 << 12 | 0x1ff);
        apic.acceptLevel(0x51);
        apic.acknowledge();
        apic.endOfInterrupt();
        assertEquals(List.of(0x51), broadcasts, "the broadcast was suppressed");
    }

    @Test
    void countsWhatAResetThrowsAway() {
        apic.accept(0x31);
        apic.acknowledge();
        apic.accept(0x32);
        apic.accept(0x33);
        apic.reset();
        assertFalse(apic.requested());
        assertFalse(apic.inService());
        assertEquals(0xff, apic.svr());
        ApicCounts counts = apic.counts();
        assertEquals(2, counts.discardedRequests());
        assertEquals(1, counts.discardedInService());
        assertEquals(3, counts.accepted());
        apic.endOfInterrupt();
        assertEquals(1, apic.counts().ignoredEnds());
    }

    @Test
    void sendsByShorthand() {
        apic.writeIcr(icr(1, 0, 0xfd));
        assertEquals(List.of(1), takers(0xfd));
        apic.writeIcr(icr(2, 0, 0xfd));
        assertEquals(List.of(0, 1, 2), takers(0xfd));
        apic.writeIcr(icr(3, 0, 0xfd));
        assertEquals(List.of(0, 2), takers(0xfd));
        assertEquals(6, apic.commands().of(FireOutcome.LATCHED));
    }

    @Test
    void sendsToAPhysicalDestination() {
        apic.writeIcr(icr(0, 2, 0xfb));
        assertEquals(List.of(2), takers(0xfb));
        apic.writeIcr(icr(0, 0xff, 0xfb));
        assertEquals(List.of(0, 1, 2), takers(0xfb));
        apic.writeIcr(icr(0, 3, 0xfb));
        assertEquals(List.of(), takers(0xfb));
        assertEquals(1, apic.commands().of(FireOutcome.DROPPED_NO_TARGET));
    }

    @Test
    void countsCommandsThatNoCpuTakes() {
        apic.writeIcr(icr(0, 1, 0xfb) | 1 << 11);
        apic.writeIcr(icr(0, 1, 0xfb) | 4 << 8);
        assertEquals(2, apic.commands().of(FireOutcome.DROPPED_NO_TARGET));
        apic.writeIcr(icr(1, 0, 15));
        assertEquals(1, apic.commands().of(FireOutcome.DROPPED_ILLEGAL_VECTOR));
        apic.writeErrorStatus();
        assertEquals(1 << 5, apic.errorStatus());
        assertEquals(List.of(), takers(0xfb));
    }

    @Test
    void endsTheMostUrgentInterruptWhicheverHandlerWritesTheEnd() {
        apic.accept(0x31);
        apic.acknowledge();
        apic.accept(0x95);
        apic.acknowledge();
        apic.endOfInterrupt();
        assertEquals(1 << 0x11, apic.isr(1), "0x31 is still in service");
        assertEquals(0, apic.isr(4));
    }

    @Test
    void interruptsByTheErrorEntryWhenAnErrorIsNew() {
        apic.writeLvt(Lvt.ERROR, 0xfe);
        apic.accept(3);
        assertEquals(0xfe, apic.acknowledge());
        apic.endOfInterrupt();
        apic.accept(4);
        assertEquals(NONE, apic.acknowledge(), "the same error, not read yet");
        apic.writeErrorStatus();
        apic.accept(3);
        assertEquals(0xfe, apic.acknowledge());
        assertEquals(2, apic.counts().errorInterrupts());
        apic.writeLvt(Lvt.ERROR, 5);
        apic.writeErrorStatus();
        apic.writeIcr(icr(1, 0, 3));
        apic.writeErrorStatus();
        assertEquals(1 << 5 | 1 << 6, apic.errorStatus(), "the entry's own vector is illegal");
    }

    @Test
    void keepsRemoteIrrOfALevelPinUntilItsEnd() {
        apic.writeLvt(Lvt.LINT0, 1 << 15 | 0x61);
        assertEquals(FireOutcome.LATCHED, apic.driveLint(Lvt.LINT0, true));
        assertEquals(1 << 14 | 1 << 15 | 0x61, apic.lvt(Lvt.LINT0));
        assertEquals(0x61, apic.acknowledge());
        apic.endOfInterrupt();
        assertEquals(0x61, apic.acknowledge(), "the line is still high");
        apic.driveLint(Lvt.LINT0, false);
        apic.endOfInterrupt();
        assertEquals(1 << 15 | 0x61, apic.lvt(Lvt.LINT0));
        assertEquals(NONE, apic.acknowledge());
    }

    @Test
    void raisesAnNmiByALocalPin() {
        var raised = new ArrayList<Integer>();
        apic.connectNmi(() -> {
            raised.add(1);
            return FireOutcome.LATCHED;
        });
        apic.writeLvt(Lvt.LINT1, 4 << 8);
        assertEquals(FireOutcome.LATCHED, apic.driveLint(Lvt.LINT1, true));
        assertEquals(List.of(1), raised);
        assertFalse(apic.requested());
    }

    @Test
    void masksThePerformanceEntryWhenItInterrupts() {
        apic.writeLvt(Lvt.PERFORMANCE, 0x71);
        apic.writeLvt(Lvt.THERMAL, 0x72);
        assertEquals(FireOutcome.LATCHED, apic.localInterrupt(Lvt.PERFORMANCE));
        assertEquals(FireOutcome.DROPPED_DISABLED, apic.localInterrupt(Lvt.PERFORMANCE));
        assertEquals(FireOutcome.LATCHED, apic.localInterrupt(Lvt.THERMAL));
        assertEquals(FireOutcome.COALESCED, apic.localInterrupt(Lvt.THERMAL));
    }

    @Test
    void masksEveryEntryWhileSoftwareDisabled() {
        apic.writeSvr(0xff);
        for (Lvt entry : Lvt.values()) {
            apic.writeLvt(entry, 0x44);
            assertEquals(Lvt.MASKED | 0x44, apic.lvt(entry));
        }
        apic.writeSvr(0x1ff);
        for (Lvt entry : Lvt.values()) {
            assertEquals(Lvt.MASKED | 0x44, apic.lvt(entry), "software unmasks");
            apic.writeLvt(entry, 0x44);
            assertEquals(0x44, apic.lvt(entry));
        }
    }

    private static long icr(int shorthand, int destination, int vector) {
        return InterruptCommand.fixed(destination, vector) | (long) shorthand << 18;
    }

    private List<Integer> takers(int vector) {
        var takers = new ArrayList<Integer>();
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            if (machine.port(cpu).acknowledge() == vector) {
                machine.port(cpu).endOfInterrupt();
                takers.add(cpu);
            }
        }
        return takers;
    }
}
