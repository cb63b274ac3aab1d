package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.HaltLine;
import org.irqlab.hw.cpu.NoiseMeter;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.hw.cpu.VirtualCpu;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.List;
import java.util.Random;

@Timeout(30)
class ApicTimerTest {
    private static final int NONE = CpuInterruptPort.NONE;
    private static final int VECTOR = 0xec;
    private static final int MASKED = 1 << 16;
    private static final int PERIODIC = 1 << 17;
    private static final int TSC_DEADLINE = 2 << 17;
    private static final int BY_ONE = 11;

    // An origin below 0: host clocks may start anywhere.
    private long nowNs = -1000;
    private final LocalApic apic =
            new ApicController(
                            List.of(() -> {}),
                            new ApicOptions(ApicMode.XAPIC, () -> nowNs, new GuestErrorCounts()))
                    .port(0);
    private final ApicTimer timer = apic.timer();

    private boolean firesAfter(long ns) {
        nowNs += ns;
        timer.service(nowNs);
        boolean fires = apic.acknowledge() == VECTOR;
        if (fires) {
            apic.endOfInterrupt();
        }
        return fires;
    }

    @ParameterizedTest
    @CsvSource({"0,2", "1,4", "2,8", "3,16", "8,32", "9,64", "10,128", "11,1"})
    void dividesItsClock(int code, int divider) {
        timer.writeDivide(code);
        timer.writeInitialCount(10);
        assertEquals(nowNs + 10L * divider, timer.nextDueNs());
        nowNs += 3L * divider;
        assertEquals(7, timer.currentCount());
    }

    @Test
    void firesOnceAndStopsAtZero() {
        timer.writeDivide(BY_ONE);
        timer.writeInitialCount(100);
        assertEquals(false, firesAfter(99));
        assertEquals(1, timer.currentCount());
        assertTrue(firesAfter(1));
        assertEquals(0, timer.currentCount());
        assertEquals(100, timer.initialCount());
        assertEquals(ApicTimer.NEVER, timer.nextDueNs());
        assertEquals(false, firesAfter(1000));
    }

    @Test
    void countsFromTheWholeOfItsThirtyTwoBits() {
        timer.writeInitialCount(-1);
        assertEquals(nowNs + 2 * 0xffff_ffffL, timer.nextDueNs());
        assertEquals(-1, timer.currentCount());
    }

    @Test
    void stopsWhenZeroIsWritten() {
        timer.writeInitialCount(100);
        timer.writeInitialCount(0);
        assertEquals(ApicTimer.NEVER, timer.nextDueNs());
        assertEquals(false, firesAfter(1000));
    }

    @Test
    void reloadsPeriodicallyOnItsGrid() {
        apic.writeLvtTimer(PERIODIC | VECTOR);
        timer.writeDivide(BY_ONE);
        timer.writeInitialCount(100);
        assertTrue(firesAfter(100));
        assertTrue(firesAfter(110), "ten late");
        assertEquals(90, timer.currentCount());
        assertTrue(firesAfter(390), "on the grid again, three periods missed");
        assertEquals(3, timer.missed());
        assertEquals(nowNs + 100, timer.nextDueNs());
    }

    @Test
    void keepsCountingWhenTheModeChanges() {
        timer.writeDivide(BY_ONE);
        timer.writeInitialCount(100);
        nowNs += 40;
        apic.writeLvtTimer(PERIODIC | VECTOR);
        assertEquals(60, timer.currentCount());
        assertTrue(firesAfter(60));
        assertEquals(100, timer.currentCount(), "reloaded");
        nowNs += 30;
        apic.writeLvtTimer(VECTOR);
        assertEquals(70, timer.currentCount());
        assertTrue(firesAfter(70));
        assertEquals(0, timer.currentCount());
        apic.writeLvtTimer(PERIODIC | VECTOR);
        assertEquals(0, timer.currentCount(), "what has run out stays out");
        assertEquals(false, firesAfter(1000));
        timer.writeInitialCount(10);
        assertTrue(firesAfter(10));
    }

    @Test
    void expiresUnderTheOldEntryWhenItIsServedLate() {
        timer.writeDivide(BY_ONE);
        timer.writeInitialCount(100);
        nowNs += 150;
        apic.writeLvtTimer(PERIODIC | VECTOR);
        assertEquals(VECTOR, apic.acknowledge());
        assertEquals(0, timer.currentCount());
        assertEquals(ApicTimer.NEVER, timer.nextDueNs());
    }

    @Test
    void keepsTheCountWhenTheDividerChanges() {
        timer.writeDivide(BY_ONE);
        timer.writeInitialCount(100);
        nowNs += 60;
        timer.writeDivide(1);
        assertEquals(40, timer.currentCount());
        assertEquals(nowNs + 160, timer.nextDueNs());
    }

    @Test
    void losesAMaskedExpiry() {
        apic.writeLvtTimer(MASKED | PERIODIC | VECTOR);
        timer.writeDivide(BY_ONE);
        timer.writeInitialCount(100);
        assertEquals(false, firesAfter(100));
        apic.writeLvtTimer(PERIODIC | VECTOR);
        assertEquals(false, firesAfter(99));
        assertTrue(firesAfter(1));
        assertEquals(1, apic.counts().lostTimerExpiries());
    }

    @Test
    void firesAtItsDeadlineAndReadsZeroThen() {
        apic.writeLvtTimer(TSC_DEADLINE | VECTOR);
        long deadline = timer.timeStamp() + 500;
        timer.writeDeadline(deadline);
        assertEquals(deadline, timer.deadline());
        assertEquals(nowNs + 500, timer.nextDueNs());
        assertEquals(false, firesAfter(499));
        assertTrue(firesAfter(1));
        assertEquals(0, timer.deadline());
        assertEquals(ApicTimer.NEVER, timer.nextDueNs());
    }

    @Test
    void firesAtOnceForADeadlineInThePast() {
        nowNs += 10;
        apic.writeLvtTimer(TSC_DEADLINE | VECTOR);
        timer.writeDeadline(1);
        assertEquals(VECTOR, apic.acknowledge());
        assertEquals(0, timer.deadline());
    }

    @Test
    void isDisarmedByADeadlineOfZeroAndWaitsForAFarOne() {
        apic.writeLvtTimer(TSC_DEADLINE | VECTOR);
        timer.writeDeadline(100);
        timer.writeDeadline(0);
        assertEquals(false, firesAfter(200));
        timer.writeDeadline(-1);
        assertEquals(ApicTimer.NEVER, timer.nextDueNs());
        assertEquals(-1, timer.deadline());
        assertEquals(false, firesAfter(200));
    }

    @Test
    void keepsTheModesApart() {
        timer.writeDeadline(100);
        assertEquals(0, timer.deadline(), "not in TSC-deadline mode");
        timer.writeInitialCount(100);
        apic.writeLvtTimer(TSC_DEADLINE | VECTOR);
        assertEquals(0, timer.currentCount());
        assertEquals(ApicTimer.NEVER, timer.nextDueNs(), "the change disarms");
        timer.writeInitialCount(7);
        assertEquals(ApicTimer.NEVER, timer.nextDueNs(), "there is no count in this mode");
        timer.writeDeadline(timer.timeStamp() + 100);
        apic.writeLvtTimer(VECTOR);
        assertEquals(0, timer.deadline());
        assertEquals(false, firesAfter(1000));
        apic.writeLvtTimer(3 << 17 | VECTOR);
        timer.writeInitialCount(7);
        assertEquals(false, firesAfter(1000), "the reserved mode stands still");
    }

    @Test
    void isStoppedByInit() {
        timer.writeInitialCount(100);
        apic.reset();
        assertEquals(ApicTimer.NEVER, timer.nextDueNs());
        assertEquals(0, timer.initialCount());
        assertEquals(0, timer.divide());
    }

    /** One step of the clock at a time: the rules with nothing computed ahead. */
    private static final class Model {
        private int mode;
        private int divider = 2;
        private long initial;
        private long count;
        private long step;
        private int expiries;

        void tick() {
            if (count == 0 || ++step < divider) {
                return;
            }
            step = 0;
            if (--count == 0) {
                expiries++;
                count = mode == 1 ? initial : 0;
            }
        }
    }

    @Test
    void agreesWithAModelThatCountsEveryTick() {
        int expiries = 0;
        for (int seed = 0; seed < 64; seed++) {
            var random = new Random(seed);
            apic.reset();
            apic.writeSvr(0x1ff);
            apic.writeLvtTimer(VECTOR);
            var model = new Model();
            for (int n = 0; n < 256; n++) {
                operate(random, model);
                int ticks = random.nextInt(20);
                for (int tick = 0; tick < ticks; tick++) {
                    nowNs++;
                    model.tick();
                    timer.service(nowNs);
                }
                assertEquals(model.count, timer.currentCount(), "seed " + seed + " at " + n);
                assertEquals(model.initial, timer.initialCount());
                boolean fired = apic.acknowledge() == VECTOR;
                assertEquals(model.expiries != 0, fired, "seed " + seed + " at " + n);
                apic.endOfInterrupt();
                expiries += model.expiries;
                model.expiries = 0;
            }
        }
        assertTrue(expiries > 1000, "only " + expiries);
    }

    private void operate(Random random, Model model) {
        switch (random.nextInt(4)) {
            case 0 -> {
                model.initial = random.nextInt(12);
                model.count = model.initial;
                model.step = 0;
                timer.writeInitialCount((int) model.initial);
            }
            case 1 -> {
                int mode = random.nextInt(2);
                model.mode = mode;
                apic.writeLvtTimer(mode << 17 | VECTOR);
            }
            case 2 -> {
                int code = random.nextInt(3);
                model.divider = 2 << code;
                model.step = 0;
                timer.writeDivide(code);
            }
            default -> {}
        }
    }

    @Test
    void isServedByAVirtualCpuAtItsPolls() {
        var machine = new ApicController(List.of(() -> {}));
        LocalApic port = machine.port(0);
        var cpu = new VirtualCpu(0, -1, port, new HaltLine(), new NoiseMeter(1_000_000));
        ApicTimer timer = port.timer();
        cpu.addDevice(
                new PolledDevice() {
                    @Override
                    public long nextDueNs() {
                        return timer.nextDueNs();
                    }

                    @Override
                    public void service(long nowNs) {
                        timer.service(nowNs);
                    }
                });
        timer.onRearm(cpu::deadlineChanged);
        int[] taken = {0};
        cpu.setEntry(vector -> {
            taken[0] += vector == VECTOR ? 1 : 0;
            port.endOfInterrupt();
        });
        cpu.irqEnable();
        port.writeLvtTimer(TSC_DEADLINE | VECTOR);
        port.timer().writeDeadline(timer.timeStamp() + 100_000);
        while (taken[0] == 0 && !Thread.currentThread().isInterrupted()) {
            cpu.poll();
        }
        assertEquals(0, timer.deadline());
        assertEquals(NONE, port.acknowledge());
    }
}
