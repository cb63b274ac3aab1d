package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.apic.ApicController;
import org.irqlab.hw.intc.apic.ApicCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/**
 * 2,048 vectors on 8 CPUs, a million random operations: two devices fire while the driver masks,
 * unmasks and moves vectors through the registers and takes the interrupts.
 */
@Timeout(120)
class MsixManyVectorsTest {
    private static final int FIRES = 450_000;
    private static final int DRIVER_OPERATIONS = 100_000;
    private static final int CPUS = 8;
    private static final int FIRST = 0x40;
    private static final int VECTORS_PER_CPU = 16;
    private static final int VECTORS = MsixTable.MAX_VECTORS;

    private final ApicController machine =
            new ApicController(Stream.generate(CountingKick::new).limit(CPUS).toList());
    private final GuestErrorCounts errors = new GuestErrorCounts();
    private final MsixTable table = new MsixTable(VECTORS, machine);
    private final MsixBar bar = new MsixBar(table, errors);
    private final PciConfigSpace config =
            new PciConfigSpace(
                    TestFunction.HEADER,
                    new IntxLine(IntxPin.NONE),
                    List.of(new PciBar(0, bar)),
                    List.of(new MsixCapability(table, 0)),
                    errors);
    private final int control = config.offset(MsixCapability.ID) + 2;
    private final Random random = new Random(2048);
    private final boolean[] masked = new boolean[VECTORS];
    private final long[] deliveries = new long[CPUS];
    private long moves;

    @Test
    void accountsForAMillionOperations() throws InterruptedException {
        config.write(0, PciConfigSpace.COMMAND, 2, PciConfigSpace.COMMAND_BUS_MASTER);
        config.write(0, control, 2, MsixTable.CONTROL_ENABLE | MsixTable.CONTROL_FUNCTION_MASK);
        for (int vector = 0; vector < VECTORS; vector++) {
            writeEntry(vector);
            maskBit(vector, false);
        }
        config.write(0, control, 2, MsixTable.CONTROL_ENABLE);
        var first = new Device(1);
        var second = new Device(2);
        first.start();
        second.start();
        for (int n = 0; n < DRIVER_OPERATIONS || first.isAlive() || second.isAlive(); n++) {
            drive();
        }
        first.join();
        second.join();
        config.write(0, control, 2, MsixTable.CONTROL_ENABLE);
        for (int vector = 0; vector < VECTORS; vector++) {
            maskBit(vector, false);
        }
        takeAll();
        check(first.counts, second.counts);
    }

    private void check(FireCounts first, FireCounts second) {
        assertEquals(FIRES, first.fired());
        assertEquals(FIRES, second.fired());
        assertEquals(0, first.dropped() + second.dropped());
        assertEquals(0, table.pendingCount());
        assertEquals(0, table.unmaskedWrites());
        long pended = first.of(FireOutcome.PENDED_MASKED) + second.of(FireOutcome.PENDED_MASKED);
        assertEquals(pended, table.released());
        assertTrue(pended > 0 && moves > 0, "nothing met a mask, or nothing moved");
        long latched =
                first.of(FireOutcome.LATCHED)
                        + second.of(FireOutcome.LATCHED)
                        + table.released(FireOutcome.LATCHED);
        long accepted = 0;
        for (int cpu = 0; cpu < CPUS; cpu++) {
            ApicCounts counts = machine.port(cpu).counts();
            assertEquals(0, counts.latched());
            assertEquals(deliveries[cpu], counts.ended());
            assertTrue(deliveries[cpu] > 0, "CPU " + cpu + " got nothing");
            accepted += counts.acknowledged();
        }
        assertEquals(latched, accepted);
    }

    private void drive() {
        int vector = random.nextInt(VECTORS);
        switch (random.nextInt(8)) {
            case 0, 1 -> maskBit(vector, true);
            case 2, 3 -> maskBit(vector, false);
            case 4, 5 -> move(vector);
            case 6 -> takeAll();
            default -> {
                if (random.nextInt(256) == 0) {
                    boolean closed = random.nextBoolean();
                    int mask = closed ? MsixTable.CONTROL_FUNCTION_MASK : 0;
                    config.write(0, control, 2, MsixTable.CONTROL_ENABLE | mask);
                }
            }
        }
    }

    private void move(int vector) {
        boolean before = masked[vector];
        maskBit(vector, true);
        writeEntry(vector);
        maskBit(vector, before);
        moves++;
    }

    /**
     * Each CPU has vectors of its own, so that a torn message is one that its CPU does not know.
     */
    private void writeEntry(int vector) {
        int cpu = random.nextInt(CPUS);
        int data = FIRST + cpu * VECTORS_PER_CPU + random.nextInt(VECTORS_PER_CPU);
        long entry = (long) vector * MsixRegisters.ENTRY_BYTES;
        long address = machine.messageAddress(cpu, data);
        bar.write(0, entry + MsixRegisters.ADDRESS_LOW, 4, address);
        bar.write(0, entry + MsixRegisters.ADDRESS_HIGH, 4, 0);
        bar.write(0, entry + MsixRegisters.DATA, 4, data);
    }

    private void maskBit(int vector, boolean on) {
        masked[vector] = on;
        long entry = (long) vector * MsixRegisters.ENTRY_BYTES;
        bar.write(0, entry + MsixRegisters.VECTOR_CONTROL, 4, on ? 1 : 0);
    }

    private void takeAll() {
        for (int cpu = 0; cpu < CPUS; cpu++) {
            CpuInterruptPort port = machine.port(cpu);
            int vector = port.acknowledge();
            while (vector != CpuInterruptPort.NONE) {
                assertEquals(cpu, (vector - FIRST) / VECTORS_PER_CPU, "torn: " + vector);
                deliveries[cpu]++;
                port.endOfInterrupt();
                vector = port.acknowledge();
            }
        }
    }

    private final class Device extends Thread {
        private final FireCounts counts = new FireCounts();
        private final Random random;

        Device(int seed) {
            super("device/" + seed);
            setDaemon(true);
            random = new Random(seed);
        }

        @Override
        public void run() {
            for (int n = 0; n < FIRES; n++) {
                counts.count(table.fire(random.nextInt(VECTORS)));
            }
        }
    }
}
