package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Who is addressed, by messages and commands of every kind. */
@Timeout(10)
class DestinationTest {
    private static final int VECTOR = 0x41;
    private static final int LOGICAL = 1 << 11;
    private static final int LOWEST = 1 << 8;

    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final CountingKick kick = new CountingKick();
    private final ApicController machine = machine(ApicMode.XAPIC, 4);

    private ApicController machine(ApicMode mode, int cpus) {
        return new ApicController(
                Collections.nCopies(cpus, kick), new ApicOptions(mode, () -> 0, errors));
    }

    private static List<Integer> takers(ApicController machine) {
        var takers = new ArrayList<Integer>();
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            if (machine.port(cpu).acknowledge() == VECTOR) {
                machine.port(cpu).endOfInterrupt();
                takers.add(cpu);
            }
        }
        return takers;
    }

    private List<Integer> commanded(int destination, int low) {
        machine.port(0).writeIcr((long) destination << 56 | low | VECTOR);
        return takers(machine);
    }

    private void flat() {
        for (int cpu = 0; cpu < machine.cpus(); cpu++) {
            machine.port(cpu).writeLdr(1 << 24 + cpu);
        }
    }

    @Test
    void matchesFlatIdsByOverlap() {
        assertEquals(List.of(), commanded(1, LOGICAL), "no id after reset");
        flat();
        assertEquals(List.of(0, 2), commanded(0b0101, LOGICAL));
        assertEquals(List.of(), commanded(0x10, LOGICAL));
        assertEquals(List.of(0, 1, 2, 3), commanded(0xff, LOGICAL));
        assertEquals(6, machine.port(0).commands().of(FireOutcome.LATCHED));
        assertEquals(2, machine.port(0).commands().of(FireOutcome.DROPPED_NO_TARGET));
    }

    @Test
    void matchesClusterIdsInsideOneCluster() {
        for (int cpu = 0; cpu < 4; cpu++) {
            machine.port(cpu).writeDfr(0x0fff_ffff);
            machine.port(cpu).writeLdr((cpu / 2 + 1) << 28 | 1 << 24 + cpu % 2);
        }
        assertEquals(0x0fff_ffff, machine.port(0).dfr());
        assertEquals(List.of(0, 1), commanded(0x13, LOGICAL));
        assertEquals(List.of(3), commanded(0x22, LOGICAL));
        assertEquals(List.of(), commanded(0x33, LOGICAL));
        assertEquals(List.of(), commanded(0x10, LOGICAL));
        assertEquals(List.of(0, 1, 2, 3), commanded(0xff, LOGICAL));
        machine.port(3).writeDfr(0x5fff_ffff);
        assertEquals(List.of(), commanded(0x22, LOGICAL), "a reserved format matches nothing");
    }

    @Test
    void derivesClusterIdsInX2apicMode() {
        ApicController big = machine(ApicMode.X2APIC, 300);
        assertEquals(0x0012_0100, big.port(0x128).ldr());
        assertEquals(0x128, big.port(0x128).id());
        big.port(0).writeIcr(0x0012_0101L << 32 | LOGICAL | VECTOR);
        assertEquals(List.of(0x120, 0x128), takers(big));
        big.port(0).writeIcr(0xffL << 32 | VECTOR);
        assertEquals(List.of(0xff), takers(big), "0xff is a CPU here");
        big.port(0).writeIcr(-1L << 32 | VECTOR);
        assertEquals(300, takers(big).size());
        big.port(0).writeIcr(-1L << 32 | LOGICAL | VECTOR);
        assertEquals(300, takers(big).size());
    }

    @Test
    void reachesManyCpusByMessagesInX2apicMode() {
        ApicController big = machine(ApicMode.X2APIC, 300);
        assertEquals(0x0000_0100_fee2_b000L, big.messageAddress(299, VECTOR));
        assertSame(FireOutcome.LATCHED, big.message(big.messageAddress(299, VECTOR), VECTOR));
        assertSame(FireOutcome.LATCHED, big.message(big.messageAddress(255, VECTOR), VECTOR));
        assertEquals(List.of(255, 299), takers(big));
        assertSame(FireOutcome.LATCHED, big.message(0xffff_ff00_feef_f000L, VECTOR));
        assertEquals(300, takers(big).size());
        assertSame(FireOutcome.DROPPED_NO_TARGET, big.message(0x0000_0100_fee2_c000L, VECTOR));
    }

    @Test
    void deliversMessagesToLogicalDestinations() {
        flat();
        assertSame(FireOutcome.LATCHED, machine.message(0xfee0_6004L, VECTOR));
        assertEquals(List.of(1, 2), takers(machine));
    }

    @Test
    void givesAHintedMessageToTheLowestPriorityOnly() {
        flat();
        machine.port(1).writeTpr(0x30);
        assertSame(FireOutcome.LATCHED, machine.message(0xfee0_600cL, VECTOR));
        assertEquals(List.of(2), takers(machine));
        assertSame(FireOutcome.LATCHED, machine.message(0xfee0_1008L, VECTOR));
        assertEquals(List.of(1), takers(machine), "a physical destination is one CPU already");
    }

    @Test
    void turnsALevelMessageIntoALevelAndDropsADeassertion() {
        assertSame(FireOutcome.LATCHED, machine.message(0xfee0_0000L, 3 << 14 | VECTOR));
        assertEquals(2, machine.port(0).tmr(2));
        assertSame(FireOutcome.DROPPED_NO_TARGET, machine.message(0xfee0_0000L, 2 << 14 | VECTOR));
        assertSame(FireOutcome.COALESCED, machine.message(0xfee0_0000L, VECTOR));
        assertEquals(0, machine.port(0).tmr(2), "the last request was an edge");
    }

    @Test
    void arbitratesByProcessorPriorityAndSpreadsTiesByVector() {
        flat();
        machine.port(2).accept(0x95);
        machine.port(2).acknowledge();
        // 0x41 mod 4 is 1, so CPU 1 is the first of the equal ones.
        assertEquals(List.of(1), commanded(0xff, LOGICAL | LOWEST));
        machine.port(1).writeTpr(0x20);
        assertEquals(List.of(3), commanded(0xff, LOGICAL | LOWEST), "CPU 2 serves 0x95");
        machine.port(3).writeSvr(0xff);
        assertEquals(List.of(0), commanded(0xff, LOGICAL | LOWEST), "CPU 3 is disabled");
        machine.port(0).writeTpr(0x30);
        assertEquals(List.of(1), commanded(0xff, LOGICAL | LOWEST));
        assertEquals(List.of(1), commanded(0xff, LOWEST), "everyone, physically");
        assertEquals(List.of(1), commanded(0, 3 << 18 | LOWEST), "all but self");
        for (int cpu = 0; cpu < 4; cpu++) {
            machine.port(cpu).writeSvr(0xff);
        }
        assertEquals(List.of(), commanded(0xff, LOGICAL | LOWEST));
        assertEquals(1, machine.port(0).commands().of(FireOutcome.DROPPED_NO_TARGET));
    }

    @Test
    void passesWhatIsNoVectorToTheCpu() {
        var nmis = new AtomicInteger();
        machine.port(1)
                .connectNmi(() ->
                        nmis.getAndIncrement() == 0 ? FireOutcome.LATCHED : FireOutcome.COALESCED);
        assertSame(FireOutcome.LATCHED, machine.message(0xfee0_1000L, 4 << 8));
        commanded(1, 4 << 8);
        assertEquals(2, nmis.get());
        CpuSignals signals = machine.port(1).signals();
        commanded(1, 2 << 8);
        assertEquals(1, signals.ignoredSmis());
        commanded(1, 7 << 8);
        assertEquals(1, kick.kicks());
        assertTrue(signals.takeExternal());
        assertFalse(signals.takeExternal());
        assertFalse(machine.port(1).requested());
        assertEquals(1, machine.port(0).commands().of(FireOutcome.COALESCED));
        assertEquals(1, machine.port(0).commands().of(FireOutcome.DROPPED_NO_TARGET), "the SMI");
    }

    @Test
    void startsACpuByInitAndStartup() {
        CpuSignals signals = machine.port(1).signals();
        commanded(1, 6 << 8);
        assertEquals(CpuSignals.NO_STARTUP, signals.takeStartup(), "it does not wait for one");
        commanded(1, 5 << 8 | 3 << 14);
        assertTrue(signals.waitsForStartup());
        commanded(1, 5 << 8 | 2 << 14);
        machine.port(0).writeIcr(1L << 56 | 6 << 8 | 0x9a);
        machine.port(0).writeIcr(1L << 56 | 6 << 8 | 0x9b);
        assertEquals(CpuSignals.NO_STARTUP, signals.takeStartup(), "INIT comes first");
        assertTrue(signals.takeInit());
        assertFalse(signals.takeInit());
        assertEquals(0x9a, signals.takeStartup(), "the first one counts");
        assertEquals(CpuSignals.NO_STARTUP, signals.takeStartup());
        assertFalse(signals.any());
        assertEquals(2, machine.port(0).commands().of(FireOutcome.LATCHED));
        assertEquals(3, machine.port(0).commands().of(FireOutcome.DROPPED_NO_TARGET));
    }

    @Test
    void refusesCommandsThatAreNotValid() {
        assertEquals(List.of(), commanded(1, 3 << 8));
        assertEquals(List.of(), commanded(0, 1 << 18 | 4 << 8));
        assertEquals(List.of(), commanded(0, 2 << 18 | LOWEST));
        assertEquals(3, errors.of(GuestError.RESERVED_VALUE));
        assertEquals(3, machine.port(0).commands().of(FireOutcome.DROPPED_NO_TARGET));
    }

    @Test
    void sendsEdgesOnlyBetweenProcessors() {
        machine.port(0).writeIcr(1L << 56 | 3 << 14 | VECTOR);
        assertEquals(0, machine.port(1).tmr(2));
        assertEquals(List.of(1), takers(machine));
    }

    @Test
    void reachesNoApicThatIsDisabled() {
        machine.msrs(1).write(ApicMsrs.IA32_APIC_BASE, XapicRegisters.DEFAULT_ADDRESS);
        assertSame(FireOutcome.DROPPED_NO_TARGET, machine.sendIpi(1, VECTOR));
        assertSame(FireOutcome.DROPPED_NO_TARGET, machine.message(0xfee0_1000L, VECTOR));
        assertEquals(List.of(0, 2, 3), commanded(0xff, 0));
    }
}
