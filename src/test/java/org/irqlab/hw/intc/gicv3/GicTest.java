package org.irqlab.hw.intc.gicv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

@Timeout(10)
class GicTest {
    private static final int NONE = CpuInterruptPort.NONE;
    private static final int EDGE = 40;
    private static final int LEVEL = 41;
    private static final int URGENT = 42;
    private static final int LPI = 8200;

    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final byte[] configuration = new byte[64];
    private final CountingKick kick = new CountingKick();
    private final GicController machine =
            GicController.asLinuxLeavesIt(
                    List.of(new CountingKick(), kick, new CountingKick()),
                    new GicSettings(96, 64, 5, 16, 0),
                    intid -> configuration[intid - IntIds.FIRST_LPI],
                    errors);
    private final Distributor spis = machine.distributor();
    private final GicCpuInterface cpu0 = machine.port(0);
    private final GicCpuInterface cpu1 = machine.port(1);
    private final CpuInterfaceRegisters registers = cpu0.registers();

    @BeforeEach
    void open() {
        spis.setEdge(EDGE, true);
        spis.setPriority(URGENT, 0x40);
        for (int intid : new int[] {EDGE, LEVEL, URGENT}) {
            spis.enable(intid);
        }
    }

    @Test
    void coalescesEdgesUntilAcknowledged() {
        assertEquals(FireOutcome.LATCHED, spis.raiseLine(EDGE));
        spis.lowerLine(EDGE);
        assertEquals(FireOutcome.COALESCED, spis.raiseLine(EDGE));
        assertEquals(EDGE, cpu0.acknowledge());
        spis.lowerLine(EDGE);
        assertEquals(FireOutcome.LATCHED, spis.raiseLine(EDGE), "active and pending");
        assertEquals(NONE, cpu0.acknowledge(), "not before its deactivation");
        cpu0.endOfInterrupt();
        assertEquals(EDGE, cpu0.acknowledge());
        cpu0.endOfInterrupt();
        assertEquals(NONE, cpu0.acknowledge());
    }

    @Test
    void deliversALevelAgainForAsLongAsItIsHigh() {
        spis.setLine(LEVEL, true);
        for (int n = 0; n < 3; n++) {
            assertEquals(LEVEL, cpu0.acknowledge());
            cpu0.endOfInterrupt();
        }
        assertEquals(LEVEL, cpu0.acknowledge());
        spis.setLine(LEVEL, false);
        cpu0.endOfInterrupt();
        assertEquals(NONE, cpu0.acknowledge());
    }

    @Test
    void forgetsALevelThatFallsBeforeItIsAcknowledged() {
        spis.raiseLine(LEVEL);
        assertTrue(cpu0.deliverable());
        assertTrue(spis.lowerLine(LEVEL), "a request was withdrawn");
        assertEquals(1023, cpu0.acknowledge(), "the CPU was committed");
        assertEquals(NONE, cpu0.acknowledge());
        assertFalse(cpu0.inService());
        assertEquals(1, cpu0.counts().spurious());
    }

    @Test
    void remembersALevelThatWasSetPendingByAWrite() {
        spis.raiseLine(LEVEL);
        spis.setPending(LEVEL);
        assertFalse(spis.lowerLine(LEVEL));
        assertEquals(LEVEL, cpu0.acknowledge());
        cpu0.endOfInterrupt();
        assertEquals(NONE, cpu0.acknowledge());
    }

    @Test
    void movesAPendingRequestToItsNewTargetOnce() {
        spis.setPending(EDGE);
        assertTrue(cpu0.requested());
        spis.route(EDGE, 1);
        assertEquals(NONE, cpu0.acknowledge());
        assertFalse(cpu0.requested());
        assertEquals(EDGE, cpu1.acknowledge());
        cpu1.endOfInterrupt();
        spis.route(EDGE, 0);
        assertEquals(NONE, cpu0.acknowledge());
    }

    @Test
    void pendsAtItsNewTargetWhatIsActiveOnTheOldOne() {
        spis.setPending(EDGE);
        assertEquals(EDGE, cpu0.acknowledge());
        spis.route(EDGE, 1);
        spis.setPending(EDGE);
        assertEquals(NONE, cpu1.acknowledge(), "active on one CPU at a time");
        assertTrue(cpu1.tryHalt());
        cpu0.endOfInterrupt();
        assertEquals(1, kick.kicks(), "the end of interrupt on CPU 0 wakes CPU 1");
        cpu1.resumed();
        assertEquals(EDGE, cpu1.acknowledge());
    }

    @Test
    void keepsARequestPendingWhoseTargetIsAbsent() {
        spis.writeRoute(EDGE, 0x7);
        assertEquals(FireOutcome.LATCHED, spis.setPending(EDGE));
        for (int cpu = 0; cpu < 3; cpu++) {
            assertEquals(NONE, machine.port(cpu).acknowledge());
        }
        assertEquals(FireOutcome.COALESCED, spis.setPending(EDGE));
        spis.route(EDGE, 1);
        assertEquals(EDGE, cpu1.acknowledge());
    }

    @Test
    void spreadsInterruptsForAnyOneOverParticipants() {
        spis.setPending(EDGE);
        spis.writeRoute(EDGE, Distributor.ANY_ONE);
        assertEquals(1, InterruptWord.target(spis.spis().word(EDGE)), "40 modulo 3 CPUs");
        machine.redistributor(1).exclude(1, true);
        assertEquals(NONE, cpu1.acknowledge());
        assertEquals(EDGE, cpu0.acknowledge(), "40 modulo the 2 that take part: the first");
    }

    @Test
    void neverPreemptsAtAnEqualGroupPriority() {
        registers.binaryPoint(1, 7);
        spis.setPending(EDGE);
        cpu0.acknowledge();
        spis.setPending(URGENT);
        assertEquals(0x80, registers.runningPriority(), "bit 7 alone decides");
        spis.setPriority(URGENT, 0x80);
        assertEquals(NONE, cpu0.acknowledge());
        cpu0.endOfInterrupt();
        assertEquals(URGENT, cpu0.acknowledge());
    }

    @Test
    void preemptsByGroupPriorityAndEndsInReverseOrder() {
        spis.setPending(EDGE);
        assertEquals(EDGE, cpu0.acknowledge());
        assertEquals(0xc0, registers.runningPriority());
        spis.setPending(URGENT);
        assertEquals(URGENT, cpu0.acknowledge());
        assertEquals(0x40, registers.runningPriority());
        cpu0.eoir(URGENT);
        assertEquals(0xc0, registers.runningPriority());
        cpu0.eoir(EDGE);
        assertEquals(0xff, registers.runningPriority());
        assertEquals(0, errors.of(GuestError.END_OUT_OF_ORDER));
    }

    @Test
    void masksWhatIsNotStrictlyMoreUrgentThanThePriorityMask() {
        spis.setPending(EDGE);
        registers.pmr(0xc0);
        assertFalse(cpu0.deliverable());
        assertEquals(NONE, cpu0.acknowledge());
        assertEquals(EDGE, cpu0.highestPending(1), "pending all the same");
        registers.pmr(0xc8);
        assertEquals(EDGE, cpu0.acknowledge());
    }

    @Test
    void reportsEndsOutOfOrderAndGoesOn() {
        spis.setPending(EDGE);
        cpu0.acknowledge();
        spis.setPending(URGENT);
        cpu0.acknowledge();
        cpu0.eoir(EDGE);
        assertEquals(1, errors.of(GuestError.END_OUT_OF_ORDER));
        assertEquals(0xc0, registers.runningPriority(), "the highest priority was dropped");
        assertFalse(InterruptWord.active(spis.spis().word(EDGE)), "what was named is inactive");
        assertTrue(InterruptWord.active(spis.spis().word(URGENT)));
        cpu0.eoir(URGENT);
        assertEquals(1, errors.of(GuestError.END_OUT_OF_ORDER));
        assertFalse(cpu0.inService());
        spis.setPending(EDGE);
        assertEquals(EDGE, cpu0.acknowledge());
    }

    @Test
    void reportsAnEndWithoutAcknowledge() {
        cpu0.eoir(EDGE);
        cpu0.endOfInterrupt();
        cpu0.dir(EDGE);
        assertEquals(3, errors.of(GuestError.END_WITHOUT_ACKNOWLEDGE));
        cpu0.eoir(1023);
        cpu0.eoir(1000);
        assertEquals(1, errors.of(GuestError.ILLEGAL_VECTOR), "1000 is not implemented here");
        assertEquals(3, cpu0.counts().ignoredEnds());
        spis.setPending(EDGE);
        assertEquals(EDGE, cpu0.acknowledge());
    }

    @Test
    void splitsTheEndIntoPriorityDropAndDeactivation() {
        registers.control(CpuInterfaceRegisters.SPLIT_END);
        spis.setPending(EDGE);
        cpu0.acknowledge();
        cpu0.eoir(EDGE);
        assertFalse(cpu0.inService(), "the priority is dropped");
        spis.setPending(EDGE);
        assertEquals(NONE, cpu0.acknowledge(), "still active");
        spis.setPending(LEVEL);
        assertEquals(LEVEL, cpu0.acknowledge(), "another one of the same priority may come");
        cpu1.registers().control(CpuInterfaceRegisters.SPLIT_END);
        cpu1.dir(EDGE);
        cpu0.endOfInterrupt();
        assertEquals(EDGE, cpu0.acknowledge(), "deactivated by another CPU");
        cpu0.endOfInterrupt();
        assertFalse(InterruptWord.active(spis.spis().word(EDGE)), "the port ends both parts");
    }

    @Test
    void leavesEverythingAsItWasWhenNothingIsToBeDelivered() {
        spis.setPending(EDGE);
        cpu0.acknowledge();
        spis.setPending(LEVEL);
        int edge = spis.spis().word(EDGE);
        int level = spis.spis().word(LEVEL);
        assertEquals(1023, cpu0.acknowledge(1));
        assertEquals(1023, cpu0.acknowledge(0));
        assertEquals(edge, spis.spis().word(EDGE));
        assertEquals(level, spis.spis().word(LEVEL));
        assertEquals(0xc0, registers.runningPriority());
        assertEquals(1, cpu0.counts().acknowledged());
    }

    @Test
    void holdsADisabledInterruptPending() {
        spis.disable(EDGE);
        assertEquals(FireOutcome.PENDED_MASKED, spis.setPending(EDGE));
        assertEquals(FireOutcome.COALESCED_MASKED, spis.setPending(EDGE));
        assertEquals(NONE, cpu0.acknowledge());
        spis.enable(EDGE);
        assertEquals(EDGE, cpu0.acknowledge());
    }

    @Test
    void endsAnInterruptThatWasDisabledWhileActive() {
        spis.setPending(EDGE);
        cpu0.acknowledge();
        spis.disable(EDGE);
        cpu0.endOfInterrupt();
        assertEquals(0, spis.spis().word(EDGE) & InterruptWord.ACTIVE);
    }

    @Test
    void holdsBackAGroupThatTheDistributorDoesNotForward() {
        spis.writeControl(0);
        assertEquals(FireOutcome.PENDED_MASKED, spis.setPending(EDGE));
        assertEquals(NONE, cpu0.acknowledge());
        spis.writeControl(Distributor.ENABLE_GROUP1);
        assertEquals(EDGE, cpu0.acknowledge());
    }

    @Test
    void holdsBackAGroupThatTheCpuInterfaceHasDisabled() {
        cpu0.enableGroup(1, false);
        spis.setPending(EDGE);
        assertEquals(NONE, cpu0.acknowledge());
        assertEquals(1023, cpu0.highestPending(1));
        cpu0.enableGroup(1, true);
        assertEquals(EDGE, cpu0.acknowledge());
    }

    @Test
    void makesGroup1WaitForAMoreUrgentInterruptOfGroup0() {
        spis.writeControl(Distributor.ENABLE_GROUP0 | Distributor.ENABLE_GROUP1);
        cpu0.enableGroup(0, true);
        spis.setGroup(spis.spis(), URGENT, 0);
        spis.setPending(EDGE);
        spis.setPending(URGENT);
        assertEquals(NONE, cpu0.acknowledge());
        assertEquals(URGENT, cpu0.acknowledge(0));
        cpu0.endOfInterrupt(1, URGENT);
        assertTrue(cpu0.inService(), "ended in the wrong group");
        cpu0.endOfInterrupt(0, URGENT);
        assertEquals(EDGE, cpu0.acknowledge());
    }

    @Test
    void keepsADisabledLpiUntilItsConfigurationIsReadAgain() {
        var lpis = machine.redistributor(1);
        assertEquals(FireOutcome.PENDED_MASKED, lpis.trigger(LPI));
        configuration[LPI - IntIds.FIRST_LPI] = (byte) 0xa1;
        assertEquals(FireOutcome.COALESCED_MASKED, lpis.trigger(LPI), "the old one is cached");
        assertEquals(NONE, cpu1.acknowledge());
        lpis.invalidate(LPI);
        assertEquals(LPI, cpu1.acknowledge());
        assertEquals(0xa0, cpu1.registers().runningPriority());
        assertEquals(FireOutcome.LATCHED, lpis.trigger(LPI), "an LPI is never active");
        cpu1.endOfInterrupt();
        assertEquals(LPI, cpu1.acknowledge());
        cpu1.eoir(LPI);
        assertFalse(cpu1.inService());
    }

    @Test
    void clearsAndDropsLpis() {
        var lpis = machine.redistributor(1);
        configuration[LPI - IntIds.FIRST_LPI] = 1;
        lpis.invalidateAll();
        lpis.trigger(LPI);
        assertTrue(lpis.clear(LPI));
        assertFalse(lpis.clear(LPI));
        assertEquals(NONE, cpu1.acknowledge());
        assertEquals(FireOutcome.DROPPED_ILLEGAL_VECTOR, lpis.trigger(8192 + 64));
        var off = new GicController(List.of(kick), GicSettings.DEFAULT, intid -> 1, errors);
        assertEquals(FireOutcome.DROPPED_DISABLED, off.redistributor(0).trigger(8192));
    }

    @Test
    void sendsAnSgiToAllButItsSender() {
        cpu0.sendSgis(1L << 40 | 3 << 24, 1);
        assertEquals(List.of(1, 2), takers(3));
        cpu1.sendSgis(3 << 24 | 0b1011, 1);
        assertEquals(List.of(0, 1), takers(3));
        assertEquals(1, cpu1.commands().of(FireOutcome.DROPPED_NO_TARGET));
        cpu1.sendSgis(1L << 44 | 3 << 24 | 1, 1);
        assertEquals(List.of(), takers(3), "range 1 starts at CPU 16");
        cpu1.sendSgis(3 << 24 | 1, 0);
        assertEquals(1, cpu1.commands().of(FireOutcome.DROPPED_DISABLED), "it is in group 1");
    }

    private List<Integer> takers(int intid) {
        var takers = new ArrayList<Integer>();
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            if (machine.port(cpu).acknowledge() == intid) {
                machine.port(cpu).endOfInterrupt();
                takers.add(cpu);
            }
        }
        return takers;
    }
}
