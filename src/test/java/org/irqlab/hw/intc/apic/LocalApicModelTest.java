package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/** Random operations: the local APIC and its sequential model agree after every one. */
@Timeout(60)
class LocalApicModelTest {
    private static final int SEEDS = 128;
    private static final int OPERATIONS = 1024;

    private final CountingKick kick = new CountingKick();
    private final AtomicInteger lastBroadcast = new AtomicInteger(-1);
    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final ApicController machine =
            new ApicController(List.of(kick), new ApicOptions(ApicMode.XAPIC, () -> 0, errors));
    private final LocalApic apic = machine.port(0);
    private final long[] latched = new long[1];
    private final LocalApicModel model = new LocalApicModel();
    private int delivered;
    private int spurious;

    LocalApicModelTest() {
        machine.onLevelEnd(lastBroadcast::set);
    }

    @ParameterizedTest
    // The narrower the range of vectors, the more of them meet.
    @ValueSource(ints = {0, 64, 192, 224})
    void agreesWithItsModel(int lowestVector) {
        for (int seed = 0; seed < SEEDS; seed++) {
            apic.reset();
            model.reset();
            var random = new Random(seed * 1000L + lowestVector);
            for (int n = 0; n < OPERATIONS; n++) {
                String operation = step(random, lowestVector);
                compare("seed " + seed + " operation " + n + " " + operation);
            }
        }
        assertTrue(delivered > SEEDS * OPERATIONS / 50, "delivered only " + delivered);
        assertTrue(spurious > 0, "no spurious vector was provoked");
        assertTrue(kick.kicks() > 0, "nothing was kicked");
        assertTrue(apic.lintCounts().heldSent() > 0, "no masked level was sent");
        long later = apic.lintsSentLater(FireOutcome.LATCHED);
        assertTrue(later > 0, "no level was sent again");
        ApicCounts counts = apic.counts();
        assertEquals(latched[0] + later + counts.errorInterrupts(), counts.accepted(), "I-01");
    }

    private String step(Random random, int lowestVector) {
        int vector = lowestVector + random.nextInt(256 - lowestVector);
        return switch (random.nextInt(40)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> {
                same(model.accept(vector, false), apic.accept(vector));
                yield "accept " + vector;
            }
            case 8 -> {
                same(model.accept(vector, true), apic.acceptLevel(vector));
                yield "acceptLevel " + vector;
            }
            case 9, 10, 11, 12, 13, 14 -> acknowledge();
            case 15, 16, 17, 18, 19 -> {
                model.endOfInterrupt();
                apic.endOfInterrupt();
                yield "end";
            }
            case 20, 21 -> {
                assertEquals(model.deliverable(), apic.deliverable());
                yield "deliverable";
            }
            case 22, 23 -> halt(random);
            case 24, 25, 26, 27 -> local(random);
            case 28, 29, 30, 31 -> writeLvt(random, vector);
            default -> writeRegister(random, vector);
        };
    }

    private void same(FireOutcome expected, FireOutcome outcome) {
        assertEquals(expected, outcome);
        latched[0] += outcome == FireOutcome.LATCHED ? 1 : 0;
    }

    private String local(Random random) {
        boolean high = random.nextBoolean();
        switch (random.nextInt(4)) {
            case 0 -> same(model.lints[0].drive(high), apic.driveLint(Lvt.LINT0, high));
            case 1 -> same(model.lints[1].drive(high), apic.driveLint(Lvt.LINT1, high));
            case 2 -> same(model.localInterrupt(Lvt.THERMAL), apic.localInterrupt(Lvt.THERMAL));
            default ->
                    same(
                            model.localInterrupt(Lvt.PERFORMANCE),
                            apic.localInterrupt(Lvt.PERFORMANCE));
        }
        return "local";
    }

    private String writeLvt(Random random, int vector) {
        Lvt entry = Lvt.values()[random.nextInt(6)];
        int mode = random.nextInt(6) == 0 ? random.nextInt(4) + 1 : 0;
        int bits = random.nextInt() & 0xffff_f000 & ~Lvt.MASKED;
        int value = bits | mode << 8 | vector | (random.nextInt(4) == 0 ? Lvt.MASKED : 0);
        model.writeLvt(entry, value);
        apic.writeLvt(entry, value);
        return "lvt " + entry + " " + value;
    }

    private String acknowledge() {
        boolean legitimate = model.irr.length() > model.ppr();
        int vector = model.acknowledge();
        assertEquals(vector, apic.acknowledge());
        delivered += vector >= 0 ? 1 : 0;
        spurious += vector >= 0 && !legitimate ? 1 : 0;
        return "acknowledge " + vector;
    }

    private String halt(Random random) {
        if (random.nextBoolean()) {
            assertEquals(model.tryHalt(), apic.tryHalt());
            return "halt";
        }
        model.halted = false;
        apic.resumed();
        return "resumed";
    }

    private String writeRegister(Random random, int vector) {
        switch (random.nextInt(16)) {
            case 0, 1, 2, 3 -> {
                model.tpr = vector;
                apic.writeTpr(vector);
                return "tpr " + vector;
            }
            case 4, 5, 6, 7 -> {
                model.tpr = 0;
                apic.writeTpr(0);
                return "tpr 0";
            }
            case 8, 9, 10, 11 -> {
                int svr = random.nextInt(8) == 0 ? random.nextInt() & ~(1 << 8) : 0x1ff;
                svr |= random.nextInt(4) == 0 ? 1 << 12 : 0;
                model.writeSvr(svr);
                apic.writeSvr(svr);
                return "svr " + svr;
            }
            case 12 -> {
                int lvt = vector | random.nextInt(2) << 16;
                model.writeLvt(Lvt.TIMER, lvt);
                apic.writeLvtTimer(lvt);
                return "lvt " + lvt;
            }
            case 13, 14 -> {
                same(model.timerExpired(), apic.timerExpired());
                return "timer";
            }
            default -> {
                model.writeErrorStatus();
                apic.writeErrorStatus();
                return "esr";
            }
        }
    }

    private void compare(String when) {
        for (int index = 0; index < 8; index++) {
            assertEquals(LocalApicModel.word(model.irr, index), apic.irr(index), when);
            assertEquals(LocalApicModel.word(model.isr, index), apic.isr(index), when);
            assertEquals(LocalApicModel.word(model.tmr, index), apic.tmr(index), when);
        }
        assertEquals(!model.irr.isEmpty(), apic.requested(), when);
        assertEquals(!model.isr.isEmpty(), apic.inService(), when);
        assertEquals(model.tpr, apic.tpr(), when);
        assertEquals(model.ppr(), apic.ppr(), when);
        assertEquals(model.svr, apic.svr(), when);
        for (Lvt entry : Lvt.values()) {
            assertEquals(model.lvt(entry), apic.lvt(entry), when);
        }
        assertEquals(model.errorInterrupts, apic.counts().errorInterrupts(), when);
        assertEquals(model.smis, apic.signals().ignoredSmis(), when);
        assertEquals(model.guestErrors, errors.of(GuestError.END_WITHOUT_ACKNOWLEDGE), when);
        assertEquals(model.errorStatus, apic.errorStatus(), when);
        assertEquals(model.kicks, kick.kicks(), when);
        assertEquals(model.lastBroadcast, lastBroadcast.get(), when);
        ApicCounts counts = apic.counts();
        assertEquals(model.irr.cardinality(), counts.latched(), when);
        assertEquals(
                counts.acknowledged() - counts.ended() - counts.discardedInService(),
                model.isr.cardinality(),
                when);
    }
}
