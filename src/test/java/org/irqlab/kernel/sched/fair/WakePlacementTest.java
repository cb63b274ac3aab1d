package org.irqlab.kernel.sched.fair;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.util.SplittableRandom;

@Timeout(60)
class WakePlacementTest {
    private final FakeCpus cpus = new FakeCpus(2);
    private final WakeRequest request = request(0, 1, 3);

    private static WakeRequest request(int thisCpu, int prevCpu, long allowed) {
        WakeRequest r = new WakeRequest();
        r.thisCpu = thisCpu;
        r.prevCpu = prevCpu;
        r.allowed = allowed;
        r.waker = new WakeHistory(thisCpu);
        r.wakee = new WakeHistory(prevCpu);
        return r;
    }

    private int select(FairProfile profile) {
        return new WakePlacement(profile, cpus).select(request);
    }

    private int select() {
        return select(FairProfile.DEFAULT);
    }

    private void busy(int cpu) {
        cpus.nrRunning[cpu] = 1;
    }

    @Test
    void idlePreviousCpuIsKept() {
        busy(0);
        assertEquals(1, select());
    }

    @Test
    void interruptOnIdleCpuPullsFromABusyOne() {
        busy(1);
        assertEquals(0, select());
    }

    @Test
    void interruptOnIdleCpuLeavesTheTaskOnItsIdleCpu() {
        assertEquals(1, select());
    }

    @Test
    void syncWakerAloneOnItsCpuGetsTheWakee() {
        busy(0);
        busy(1);
        request.sync = true;
        assertEquals(0, select());
        request.wakerExits = true;
        cpus.load[0] = 1000;
        assertEquals(1, select(), "an exiting waker promises nothing");
    }

    @Test
    void delayedTasksCountAgainstASyncWakeOnlyInTheOldestProfile() {
        cpus.nrRunning[0] = 2;
        cpus.nrDelayed[0] = 1;
        cpus.nrRunning[1] = 1;
        cpus.load[0] = 2048;
        request.sync = true;
        assertEquals(1, select(FairProfile.LINUX_6_12));
        for (FairProfile later :
                new FairProfile[] {
                    FairProfile.LINUX_6_12_117, FairProfile.LINUX_6_17, FairProfile.LINUX_6_18
                }) {
            assertEquals(0, select(later), later.name());
        }
    }

    @Test
    void lighterLoadPullsWithABiasOfEightPerCent() {
        busy(0);
        busy(1);
        request.wakeeLoad = 100;
        cpus.load[0] = 980;
        cpus.load[1] = 1100;
        assertEquals(1, select(), "1080 * 100 is not below 1000 * 108");
        cpus.load[0] = 979;
        assertEquals(0, select());
        cpus.smtPairs = true;
        assertEquals(1, select(), "within a core the bias is five per cent");
    }

    @Test
    void syncDiscountsTheWakersLoad() {
        cpus.nrRunning[0] = 2;
        busy(1);
        request.sync = true;
        cpus.load[0] = 1500;
        cpus.load[1] = 900;
        assertEquals(1, select());
        request.wakerLoad = 1024;
        assertEquals(0, select());
        request.wakerLoad = 2000;
        cpus.load[1] = 0;
        assertEquals(0, select(), "a waker heavier than its CPU's load settles it");
        request.wakerLoad = 1500;
        request.wakeeLoad = 10;
        assertEquals(1, select(), "one as heavy does not: 1000 is not below -1079");
    }

    @Test
    void syncWinsATieOfLoads() {
        cpus.nrRunning[0] = 2;
        busy(1);
        cpus.load[0] = 108;
        cpus.load[1] = 100;
        assertEquals(1, select());
        request.sync = true;
        assertEquals(0, select());
    }

    @Test
    void busyPreviousCpuLosesToAnIdleOther() {
        busy(1);
        request.thisCpu = 1;
        assertEquals(0, select());
        cpus.idleScanLimit = 0;
        assertEquals(1, select(), "no search when the domain is busy");
    }

    @Test
    void boundKworkerStacksItsCustomer() {
        busy(1);
        request.thisCpu = 1;
        request.wakerIsBoundKthread = true;
        assertEquals(1, select());
        cpus.nrRunning[1] = 2;
        assertEquals(0, select());
    }

    @Test
    void cpuRunningOnlyIdlePolicyTasksIsAsGoodAsIdle() {
        busy(0);
        busy(1);
        cpus.nrIdlePolicy[1] = 1;
        assertEquals(1, select());
        assertTrue(new WakePlacement(FairProfile.DEFAULT, cpus).usesWakeList(0, 1) == false);
    }

    @Test
    void pinnedTaskStaysWhateverTheLoad() {
        busy(1);
        request.allowed = 2;
        assertEquals(1, select());
        assertEquals(0, request.waker.flips(), "and leaves no trace in the waker's history");
    }

    @Test
    void wakeeMayBeForcedToTheWakersCpu() {
        busy(0);
        request.onThisCpu = true;
        assertEquals(0, select());
        request.allowed = 2;
        assertEquals(1, select());
    }

    @Test
    void offlinePreviousCpuFallsBackToAnAllowedOne() {
        cpus.offline[1] = true;
        busy(0);
        assertEquals(0, select());
        cpus.offline[0] = true;
        assertThrows(IllegalStateException.class, this::select);
    }

    @Test
    void hubAndSpokesAreNotPulledTogether() {
        WakeHistory hub = request.waker;
        for (int i = 0; i < 4; i++) {
            hub.wakes(new WakeHistory(0), 0);
        }
        for (int i = 0; i < 2; i++) {
            request.wakee.wakes(new WakeHistory(0), 0);
        }
        cpus.nrRunning[0] = 2;
        busy(1);
        request.sync = true;
        request.wakerLoad = 1;
        assertEquals(1, select());
        request.wakee = new WakeHistory(1);
        assertEquals(0, select(), "a wakee that wakes nobody is no spoke");
    }

    @Test
    void flipsHalveOncePerSecond() {
        WakeHistory waker = new WakeHistory(0);
        WakeHistory a = new WakeHistory(0);
        WakeHistory b = new WakeHistory(0);
        for (int i = 0; i < 8; i++) {
            waker.wakes(i % 2 == 0 ? a : b, 0);
        }
        assertEquals(8, waker.flips());
        waker.wakes(b, 1_000_000_000);
        assertEquals(8, waker.flips());
        waker.wakes(b, 1_000_000_001);
        assertEquals(4, waker.flips());
        waker.wakes(a, 1_900_000_000);
        assertEquals(5, waker.flips());
    }

    @ParameterizedTest
    @CsvSource({"0, 2", "55, 2", "56, 1", "1239, 1", "1240, 0", "2048, 0"})
    void searchLimitFallsWithTheUtilisationOfTwoCpus(long utilSum, int limit) {
        assertEquals(limit, WakePlacement.idleScanLimit(utilSum, 2));
    }

    @Test
    void wakeListServesRemoteCpusWithNothingQueued() {
        WakePlacement placement = new WakePlacement(FairProfile.DEFAULT, cpus);
        assertTrue(placement.usesWakeList(0, 1));
        assertFalse(placement.usesWakeList(1, 1), "own CPU: enqueue at once");
        busy(1);
        assertFalse(placement.usesWakeList(0, 1), "busy CPU: the waker takes its queue");
        cpus.nrRunning[1] = 0;
        cpus.offline[1] = true;
        assertFalse(placement.usesWakeList(0, 1));
    }

    @ParameterizedTest
    @EnumSource
    void randomMachinesAreServedAsByThePlainRules(FairProfile profile) {
        int[] chosen = new int[64];
        for (int seed = 0; seed < 64; seed++) {
            SplittableRandom random = new SplittableRandom(seed);
            for (int i = 0; i < 400; i++) {
                FakeCpus machine = machine(random);
                WakeRequest r = randomRequest(random, machine.count);
                boolean wide = wideAfter(r, machine.count);
                int recent = random.nextInt(machine.count);
                r.wakee.exchangeRecentCpu(recent);
                int expected = new NaiveWakePlacement(profile, machine).select(r, wide, recent);
                WakePlacement placement = new WakePlacement(profile, machine);
                int cpu = placement.select(r);
                assertEquals(expected, cpu, "seed " + seed + " case " + i);
                holdsInvariants(machine, r, cpu, placement);
                chosen[cpu]++;
            }
        }
        assertTrue(chosen[0] > 1_000 && chosen[1] > 1_000 && chosen[63] > 0);
    }

    private static void holdsInvariants(FakeCpus m, WakeRequest r, int cpu, WakePlacement p) {
        assertTrue((r.allowed >>> cpu & 1) == 1, "allowed");
        boolean forced = r.onThisCpu || Long.bitCount(r.allowed) == 1;
        boolean here =
                r.sync
                        && m.nrRunning[r.thisCpu] > 0
                        && m.nrRunning[r.thisCpu] == m.nrIdlePolicy[r.thisCpu];
        if (m.idle(r.prevCpu) && (r.allowed >>> r.prevCpu & 1) == 1 && !forced && !here) {
            assertEquals(r.prevCpu, cpu, "an idle previous CPU is kept");
        }
        assertEquals(cpu != r.thisCpu && m.nrRunning[cpu] == 0, p.usesWakeList(r.thisCpu, cpu));
    }

    private static FakeCpus machine(SplittableRandom random) {
        int count = random.nextInt(3) > 0 ? 2 : random.nextInt(8) == 0 ? 64 : 4;
        FakeCpus machine = new FakeCpus(count);
        machine.smtPairs = random.nextBoolean();
        machine.idleScanLimit = random.nextInt(count + 1);
        for (int cpu = 0; cpu < count; cpu++) {
            int nr = random.nextInt(3);
            machine.nrRunning[cpu] = nr;
            machine.nrDelayed[cpu] = nr == 0 ? 0 : random.nextInt(nr);
            machine.nrIdlePolicy[cpu] = random.nextInt(5) == 0 ? nr : 0;
            machine.wakePending[cpu] = random.nextInt(8) == 0;
            machine.load[cpu] = random.nextInt(3) * 512L + random.nextInt(20);
        }
        return machine;
    }

    private static WakeRequest randomRequest(SplittableRandom random, int count) {
        long all = count == 64 ? -1 : (1L << count) - 1;
        long allowed = random.nextInt(3) > 0 ? all : random.nextLong() & all;
        WakeRequest r =
                request(random.nextInt(count), random.nextInt(count), allowed == 0 ? 1 : allowed);
        r.sync = random.nextBoolean();
        r.onThisCpu = random.nextInt(16) == 0;
        r.wakerExits = random.nextInt(8) == 0;
        r.wakerIsBoundKthread = random.nextInt(4) == 0;
        r.wakerLoad = random.nextInt(2048);
        r.wakeeLoad = random.nextInt(512);
        for (int i = random.nextInt(10); i > 0; i--) {
            r.waker.wakes(new WakeHistory(0), 0);
        }
        for (int i = random.nextInt(4); i > 0; i--) {
            r.wakee.wakes(new WakeHistory(0), 0);
        }
        return r;
    }

    /** The wake itself counts as a flip of the waker. */
    private static boolean wideAfter(WakeRequest r, int cpus) {
        int more = Math.max(r.waker.flips() + 1, r.wakee.flips());
        int less = Math.min(r.waker.flips() + 1, r.wakee.flips());
        return less >= cpus && more >= less * cpus;
    }
}
