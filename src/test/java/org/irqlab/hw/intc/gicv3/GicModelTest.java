package org.irqlab.hw.intc.gicv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.Random;

/** Random operations: the GIC and its sequential model agree after every one. */
@Timeout(120)
class GicModelTest {
    private static final int SEEDS = 96;
    private static final int OPERATIONS = 1024;
    private static final int SPIS = 64;
    private static final int LPIS = 40;

    private GicPair pair;
    private GicController gic;
    private GicModel model;
    private Random random;
    private int delivered;
    private int deepest;
    private int spurious;
    private int kicked;

    @ParameterizedTest
    // Bits of a priority, and priorities in use: the fewer, the more interrupts are equal.
    @CsvSource({"5, 4", "4, 16", "8, 256"})
    void agreesWithItsModel(int priorityBits, int priorities) {
        for (int seed = 0; seed < SEEDS; seed++) {
            random = new Random(seed * 1000L + priorityBits);
            powerOn(new GicSettings(SPIS, LPIS, priorityBits, 16, 0), priorities);
            for (int n = 0; n < OPERATIONS; n++) {
                String when = "seed " + seed + " operation " + n + " " + step(priorities);
                pair.checkHalted(when);
                if (random.nextInt(4) == 0) {
                    pair.compare(when);
                }
            }
            kicked += pair.kicks();
        }
        assertTrue(delivered > SEEDS * OPERATIONS / 30, "delivered only " + delivered);
        assertTrue(deepest > 2, "nested only " + deepest);
        assertTrue(spurious > 0, "no committed CPU found nothing");
        assertTrue(kicked > 0, "nothing was kicked");
    }

    private void powerOn(GicSettings settings, int priorities) {
        pair = new GicPair(settings);
        gic = pair.gic;
        model = pair.model;
        for (int cpu = 0; cpu < GicPair.CPUS; cpu++) {
            for (int intid = 0; intid < 32; intid++) {
                open(cpu, intid, priorities);
            }
        }
        for (int intid = 32; intid < 32 + SPIS; intid++) {
            open(0, intid, priorities);
        }
    }

    private void open(int cpu, int intid, int priorities) {
        pair.setPriority(cpu, intid, priority(priorities));
        pair.setGroup(cpu, intid, random.nextInt(8) == 0 ? 0 : 1);
        pair.setEnabled(cpu, intid, true);
    }

    private int priority(int priorities) {
        return random.nextInt(priorities) * (256 / priorities);
    }

    /** Mostly the same few SPIs, so that they meet. */
    private int spi() {
        return 32 + (random.nextInt(4) == 0 ? random.nextInt(SPIS) : random.nextInt(6));
    }

    private int anyWired() {
        return random.nextInt(3) == 0 ? random.nextInt(32) : spi();
    }

    private int lpi() {
        return 8192 + (random.nextBoolean() ? random.nextInt(LPIS) : random.nextInt(3));
    }

    private String step(int priorities) {
        int cpu = random.nextInt(GicPair.CPUS);
        int choice = random.nextInt(64);
        if (choice < 10) {
            return fire(cpu, spi());
        } else if (choice < 14) {
            return line(cpu, 16 + random.nextInt(3));
        } else if (choice < 20) {
            return line(cpu, spi());
        } else if (choice < 23) {
            return sgis(cpu);
        } else if (choice < 29) {
            return lpis(cpu, priorities);
        } else if (choice < 41) {
            return acknowledge(cpu);
        } else if (choice < 51) {
            return end(cpu);
        } else if (choice < 53) {
            return halt(cpu);
        } else if (choice < 60) {
            return configure(cpu, anyWired(), priorities);
        }
        return configureCpu(cpu);
    }

    private String fire(int cpu, int intid) {
        GicModel.Line line = model.line(cpu, intid);
        if (random.nextInt(4) == 0) {
            assertEquals(model.clearLatch(line), gic.distributor().clearPending(intid));
            return "clear " + intid;
        }
        assertEquals(model.latch(line), gic.distributor().setPending(intid));
        return "fire " + intid;
    }

    private String line(int cpu, int intid) {
        GicModel.Line line = model.line(cpu, intid);
        boolean high = random.nextBoolean();
        if (high && intid < 32) {
            assertEquals(model.raise(line), gic.redistributor(cpu).raiseLine(intid));
        } else if (high) {
            assertEquals(model.raise(line), gic.distributor().raiseLine(intid));
        } else if (intid < 32) {
            assertEquals(model.lower(line), gic.redistributor(cpu).lowerLine(intid));
        } else {
            assertEquals(model.lower(line), gic.distributor().lowerLine(intid));
        }
        return "line " + intid + " of " + cpu + " " + high;
    }

    private String sgis(int cpu) {
        int intid = random.nextInt(4);
        if (random.nextBoolean()) {
            int target = random.nextInt(GicPair.CPUS + 1);
            assertEquals(model.sgi(target, intid, 1), gic.sendIpi(target, intid));
            return "sgi " + intid + " to " + target;
        }
        int group = random.nextInt(4) == 0 ? 0 : 1;
        boolean all = random.nextBoolean();
        int targets = random.nextInt(16);
        gic.port(cpu).sendSgis((long) intid << 24 | (all ? 1L << 40 : 0) | targets, group);
        for (int target = 0; target < GicPair.CPUS; target++) {
            if (all ? target != cpu : (targets >> target & 1) != 0) {
                model.sgi(target, intid, group);
            }
        }
        return "sgis " + intid + " from " + cpu;
    }

    private String lpis(int cpu, int priorities) {
        int lpi = lpi();
        switch (random.nextInt(8)) {
            case 0 ->
                    assertEquals(
                            model.clearLatch(model.line(cpu, lpi)),
                            gic.redistributor(cpu).clear(lpi));
            case 1 ->
                    model.lpiTable[lpi - 8192] =
                            (byte) (priority(priorities) & 0xfc | (random.nextInt(4) == 0 ? 0 : 1));
            case 2 -> {
                model.invalidate(cpu, lpi);
                gic.redistributor(cpu).invalidate(lpi);
            }
            case 3 -> {
                gic.redistributor(cpu).invalidateAll();
                for (int n = 0; n < LPIS; n++) {
                    model.invalidate(cpu, 8192 + n);
                }
            }
            default -> assertEquals(model.trigger(cpu, lpi), gic.redistributor(cpu).trigger(lpi));
        }
        return "lpi " + lpi + " of " + cpu;
    }

    private String acknowledge(int cpu) {
        pair.resume(cpu);
        GicModelCpu own = model.cpu[cpu];
        switch (random.nextInt(6)) {
            case 0 -> assertEquals(own.acknowledge(0), gic.port(cpu).acknowledge(0));
            case 1 -> {
                own.committed |= own.signals(1);
                assertEquals(own.signals(1), gic.port(cpu).deliverable());
            }
            default -> {
                int intid = own.acknowledge(1);
                if (intid == 1023 && !own.committed) {
                    intid = CpuInterruptPort.NONE;
                }
                spurious += intid == 1023 ? 1 : 0;
                own.committed = false;
                assertEquals(intid, gic.port(cpu).acknowledge());
                delivered += intid >= 0 ? 1 : 0;
            }
        }
        deepest = Math.max(deepest, own.order.size());
        return "acknowledge at " + cpu;
    }

    private String end(int cpu) {
        pair.resume(cpu);
        GicModelCpu own = model.cpu[cpu];
        int intid = own.order.isEmpty() || random.nextInt(8) == 0 ? anyWired() : own.order.peek();
        int group = own.activePriorities.isEmpty() ? 1 : own.groupOf.get(own.running());
        switch (random.nextInt(8)) {
            case 0, 1 -> {
                own.dir(intid);
                gic.port(cpu).dir(intid);
            }
            case 2 -> {
                group = random.nextInt(2);
                own.end(group, intid);
                gic.port(cpu).endOfInterrupt(group, intid);
            }
            case 3, 4, 5 -> {
                own.end(group, intid);
                gic.port(cpu).endOfInterrupt(group, intid);
                if (own.split && random.nextInt(4) != 0) {
                    own.dir(intid);
                    gic.port(cpu).dir(intid);
                }
            }
            default -> endAsPort(cpu);
        }
        return "end " + intid + " at " + cpu;
    }

    private void endAsPort(int cpu) {
        GicModelCpu own = model.cpu[cpu];
        gic.port(cpu).endOfInterrupt();
        if (own.order.isEmpty()) {
            own.endErrors++;
            return;
        }
        int intid = own.order.peek();
        own.end(own.groupOf.get(own.running()), intid);
        if (own.split && intid < 8192) {
            model.line(cpu, intid).active = false;
        }
    }

    private String halt(int cpu) {
        if (random.nextBoolean()) {
            pair.halt(cpu);
            return "halt " + cpu;
        }
        pair.resume(cpu);
        return "resumed " + cpu;
    }

    private String configure(int cpu, int intid, int priorities) {
        switch (random.nextInt(10)) {
            case 0 -> pair.setEnabled(cpu, intid, false);
            case 1, 2 -> pair.setEnabled(cpu, intid, true);
            case 3, 4 -> pair.setPriority(cpu, intid, priority(priorities));
            case 5 -> pair.setGroup(cpu, intid, random.nextInt(4) == 0 ? 0 : 1);
            case 6 -> {
                if (intid >= 32) {
                    boolean edge = random.nextBoolean();
                    model.line(cpu, intid).edge = edge;
                    gic.distributor().setEdge(intid, edge);
                }
            }
            default -> {
                int spi = Math.max(intid, 32);
                long route =
                        random.nextInt(4) == 0
                                ? GicModel.ANY_ONE
                                : random.nextInt(GicPair.CPUS + 1);
                model.line(cpu, spi).route = route;
                gic.distributor().writeRoute(spi, route);
            }
        }
        return "configure " + intid + " of " + cpu;
    }

    private String configureCpu(int cpu) {
        switch (random.nextInt(12)) {
            case 0, 1 -> pair.setPmr(cpu, random.nextInt(256));
            case 2, 3, 4 -> pair.setPmr(cpu, 0xff);
            case 5 -> pair.enableGroup(cpu, random.nextInt(2), random.nextInt(4) != 0);
            case 6 -> pair.control(random.nextInt(4) == 0 ? random.nextInt(4) : 3);
            case 7 -> pair.wake(cpu, random.nextInt(8) == 0);
            case 8 -> {
                int group = random.nextInt(2);
                boolean excluded = random.nextInt(3) == 0;
                model.cpu[cpu].excluded[group] = excluded;
                gic.redistributor(cpu).exclude(group, excluded);
            }
            case 9, 10 -> {
                int group = random.nextInt(2);
                pair.resume(cpu);
                int point = random.nextInt(3) == 0 ? random.nextInt(8) : 0;
                model.cpu[cpu].writeBinaryPoint(group, point);
                gic.port(cpu).registers().binaryPoint(group, point);
            }
            default -> {
                pair.resume(cpu);
                int value = random.nextInt(4);
                model.cpu[cpu].common = (value & 1) != 0;
                model.cpu[cpu].split = (value & 2) != 0;
                gic.port(cpu).registers().control(value);
            }
        }
        return "configure cpu " + cpu;
    }
}
