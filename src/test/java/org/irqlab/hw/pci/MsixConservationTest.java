package org.irqlab.hw.pci;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

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
    private static final int FIRES = 1_000_000;
    private static final int VECTORS = 2;

    private final ApicController machine = new ApicController(List.of(new CountingKick()));
    private final MsixTable table = new MsixTable(VECTORS, machine);
    private final long[] delivered = new long[256];

    @Test
    void accountsForEveryFireAcrossMaskingAndReprogramming() throws InterruptedException {
        for (int vector = 0; vector < VECTORS; vector++) {
            table.program(vector, message(0));
            table.unmask(vector);
        }
        table.writeControl(MsixTable.CONTROL_ENABLE);
        var first = new Device(table, 0);
        var second = new Device(table, 1);
        first.start();
        second.start();
        CpuInterruptPort port = machine.port(0);
        for (int round = 0; first.isAlive() || second.isAlive() || round < 1000; round++) {
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
        first.join();
        second.join();
        takeAll(port);
        assertEquals(0, table.pendingCount());
        assertEquals(0, table.unmaskedWrites());
        assertEquals(FIRES, first.counts.fired());
        assertEquals(FIRES, second.counts.fired());
        assertEquals(0, first.counts.dropped() + second.counts.dropped());
        assertEquals(both(first, second, FireOutcome.PENDED_MASKED), table.released());
        assertTrue(table.released() > 0, "no fire met a mask");
        long latched =
                both(first, second, FireOutcome.LATCHED) + table.released(FireOutcome.LATCHED);
        assertEquals(latched, machine.port(0).counts().acknowledged());
        assertEquals(latched, machine.port(0).counts().ended());
        for (int vector = 0; vector < delivered.length; vector++) {
            boolean programmed = vector >= 0x41 && vector < 0x49;
            assertEquals(programmed, delivered[vector] > 0, "vector " + vector);
        }
    }

    private static long both(Device first, Device second, FireOutcome outcome) {
        return first.counts.of(outcome) + second.counts.of(outcome);
    }

    private static MsiMessage message(int round) {
        return new MsiMessage(0xfee0_0000L, 0x41 + (round >> 1 & 7));
    }

    private void takeAll(CpuInterruptPort port) {
        int vector = port.acknowledge();
        while (vector != CpuInterruptPort.NONE) {
            delivered[vector]++;
            port.endOfInterrupt();
            vector = port.acknowledge();
        }
    }

    private static final class Device extends Thread {
        private final FireCounts counts = new FireCounts();
        private final MsixTable table;
        private final int vector;

        Device(MsixTable table, int vector) {
            super("device/" + vector);
            this.table = table;
            this.vector = vector;
        }

        @Override
        public void run() {
            for (int n = 0; n < FIRES; n++) {
                counts.count(table.fire(vector));
            }
        }
    }
}
