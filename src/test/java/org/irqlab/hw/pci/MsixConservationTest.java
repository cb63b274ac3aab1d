package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.irqlab.hw.intc.CountingKick;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.ApicController;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;

/** Two devices fire while the CPU takes interrupts and masks, moves and unmasks their vectors. */
@Timeout(120)
class MsixConservationTest {
    private static final int ROUNDS = 100_000;
    private static final int FIRST = 0x41;
    private static final int TARGETS = 8;
    private static final int VECTORS = 2;

    private final ApicController machine = new ApicController(List.of(new CountingKick()));
    private final MsixTable table = new MsixTable(VECTORS, machine);
    private final long[] delivered = new long[256];
    private volatile boolean stop;

    @Test
    void accountsForEveryFireAcrossMaskingAndReprogramming() throws InterruptedException {
        for (int vector = 0; vector < VECTORS; vector++) {
            table.program(vector, message(0));
            table.unmask(vector);
        }
        table.writeControl(MsixTable.CONTROL_ENABLE);
        var first = new Device(0);
        var second = new Device(1);
        first.start();
        second.start();
        CpuInterruptPort port = machine.port(0);
        for (int round = 0; round < ROUNDS || !everythingMet(); round++) {
            takeAll(port);
            int vector = round & 1;
            table.mask(vector);
            takeAll(port);
            table.program(vector, message(round));
            table.unmask(vector);
            if (round % 64 == 0) {
                table.writeControl(MsixTable.CONTROL_ENABLE | MsixTable.CONTROL_FUNCTION_MASK);
                table.writeControl(MsixTable.CONTROL_ENABLE);
            }
        }
        stop = true;
        first.join();
        second.join();
        takeAll(port);
        assertEquals(0, table.pendingCount());
        assertEquals(0, table.unmaskedWrites());
        assertEquals(first.fires, first.counts.fired());
        assertEquals(second.fires, second.counts.fired());
        assertEquals(0, first.counts.dropped() + second.counts.dropped());
        assertEquals(both(first, second, FireOutcome.PENDED_MASKED), table.released());
        long latched =
                both(first, second, FireOutcome.LATCHED) + table.released(FireOutcome.LATCHED);
        assertEquals(latched, machine.port(0).counts().acknowledged());
        assertEquals(latched, machine.port(0).counts().ended());
        for (int vector = 0; vector < delivered.length; vector++) {
            boolean programmed = vector >= FIRST && vector < FIRST + TARGETS;
            assertEquals(programmed, delivered[vector] > 0, "vector " + vector);
        }
    }

    /** Whether some fire met a mask and some fire reached each target. */
    private boolean everythingMet() {
        boolean met = table.released() > 0;
        for (int vector = FIRST; vector < FIRST + TARGETS; vector++) {
            met &= delivered[vector] > 0;
        }
        return met;
    }

    private static long both(Device first, Device second, FireOutcome outcome) {
        return first.counts.of(outcome) + second.counts.of(outcome);
    }

    private static MsiMessage message(int round) {
        return new MsiMessage(0xfee0_0000L, FIRST + (round >> 1) % TARGETS);
    }

    private void takeAll(CpuInterruptPort port) {
        int vector = port.acknowledge();
        while (vector != CpuInterruptPort.NONE) {
            delivered[vector]++;
            port.endOfInterrupt();
            vector = port.acknowledge();
        }
    }

    private final class Device extends Thread {
        private final FireCounts counts = new FireCounts();
        private final int vector;
        private long fires;

        Device(int vector) {
            super("device/" + vector);
            setDaemon(true);
            this.vector = vector;
        }

        @Override
        public void run() {
            while (!stop) {
                counts.count(table.fire(vector));
                fires++;
            }
        }
    }
}
