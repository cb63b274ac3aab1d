package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** Two producers against one CPU that sleeps whenever it can: every fire is accounted for. */
@Timeout(120)
class ApicConservationTest {
    private static final int FIRES = 1_000_000;
    private static final int LAST = 0x20;

    private volatile Thread owner;
    private final long[] delivered = new long[256];
    private long halts;

    @Test
    void accountsForEveryFireOfTwoProducers() throws InterruptedException {
        var machine = new ApicController(List.of(() -> LockSupport.unpark(owner)));
        var ready = new CountDownLatch(1);
        var cpu =
                new Thread(
                        () -> {
                            owner = Thread.currentThread();
                            ready.countDown();
                            run(machine.port(0));
                        },
                        "cpu/0");
        cpu.setDaemon(true);
        cpu.start();
        ready.await();
        while (cpu.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        // One vector in common, so that both producers coalesce into each other's requests.
        var first = new Producer(machine, 0x41, 0x95);
        var second = new Producer(machine, 0x95, 0xd3);
        first.start();
        second.start();
        first.join();
        second.join();
        machine.sendIpi(0, LAST);
        cpu.join();
        ApicCounts counts = machine.port(0).counts();
        assertFalse(machine.port(0).requested());
        assertFalse(machine.port(0).inService());
        assertEquals(FIRES, first.counts.fired());
        assertEquals(FIRES, second.counts.fired());
        assertEquals(0, first.counts.dropped() + second.counts.dropped());
        long latched =
                first.counts.of(FireOutcome.LATCHED) + second.counts.of(FireOutcome.LATCHED) + 1;
        assertEquals(latched, counts.accepted());
        assertEquals(latched, counts.acknowledged());
        assertEquals(latched, counts.ended());
        assertEquals(latched, delivered[0x41] + delivered[0x95] + delivered[0xd3] + 1);
        assertTrue(delivered[0x95] > 0 && delivered[0x41] > 0 && delivered[0xd3] > 0);
        assertTrue(halts > 0, "the CPU never halted");
    }

    /** A CPU whose only way out of a halt is a kick: a lost one would hang the test. */
    private void run(CpuInterruptPort port) {
        int vector = CpuInterruptPort.NONE;
        while (vector != LAST) {
            vector = port.acknowledge();
            if (vector != CpuInterruptPort.NONE) {
                delivered[vector]++;
                port.endOfInterrupt();
            } else if (port.tryHalt()) {
                halts++;
                LockSupport.park(this);
                port.resumed();
            }
        }
    }

    private static final class Producer extends Thread {
        private final FireCounts counts = new FireCounts();
        private final ApicController machine;
        private final int[] vectors;

        Producer(ApicController machine, int... vectors) {
            super("producer");
            setDaemon(true);
            this.machine = machine;
            this.vectors = vectors;
        }

        @Override
        public void run() {
            for (int n = 0; n < FIRES; n++) {
                int vector = vectors[n & 1];
                counts.count(machine.message(machine.messageAddress(0, vector), vector));
            }
        }
    }
}
