package org.irqlab.hw.intc.gicv3;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.CpuKick;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.locks.LockSupport;

/**
 * Producers against two CPUs that sleep whenever they can, while another thread moves, masks and
 * re-prioritises what they fire: every fire is accounted for, and nothing is active twice.
 */
@Timeout(120)
class GicConservationTest {
    private static final int FIRES = 300_000;
    private static final int SOURCES = 4;
    private static final int FIRST = 60;
    private static final int LEVEL = 70;
    private static final int LPI = 8200;
    private static final int STOP = 7;

    private final Cpu[] cpus = {new Cpu(0), new Cpu(1)};
    private final GicController machine =
            GicController.asLinuxLeavesIt(
                    List.of(cpus),
                    new GicSettings(64, 16, 5, 16, 0),
                    LpiConfigTable.ALL_ENABLED,
                    new GuestErrorCounts());
    private final AtomicLongArray delivered = new AtomicLongArray(8192 + 16);
    private final AtomicIntegerArray active = new AtomicIntegerArray(8192 + 16);
    // Written plainly before each fire, read plainly by its handler.
    private final long[] written = new long[SOURCES * 16];
    private final AtomicLongArray seen = new AtomicLongArray(SOURCES);
    private volatile String broken;
    private volatile boolean stop;

    @Test
    void accountsForEveryFireWhileInterruptsMove() throws InterruptedException {
        for (int n = 0; n < SOURCES; n++) {
            machine.distributor().setEdge(FIRST + n, true);
            machine.distributor().enable(FIRST + n);
        }
        machine.distributor().enable(LEVEL);
        for (Cpu cpu : cpus) {
            // The least urgent of all, so that nothing is left when a CPU takes it.
            machine.redistributor(cpu.id).banked().setPriority(STOP, 0xe0);
            cpu.start();
        }
        var producers = new Producer[] {new Producer(0), new Producer(2)};
        var level = new Thread(this::raiseLevels, "level");
        var guest = new Thread(this::reconfigure, "guest");
        for (var thread : List.of(producers[0], producers[1], level, guest)) {
            thread.setDaemon(true);
            thread.start();
        }
        producers[0].join();
        producers[1].join();
        level.join();
        stop = true;
        guest.join();
        for (Cpu cpu : cpus) {
            machine.sendIpi(cpu.id, STOP);
            cpu.join();
        }
        assertNull(broken);
        for (int n = 0; n < SOURCES; n++) {
            FireCounts counts = producers[n / 2].counts[n % 2];
            assertEquals(FIRES, counts.fired());
            assertEquals(0, counts.dropped());
            assertEquals(pended(counts), delivered.get(FIRST + n));
            assertEquals(FIRES, seen.get(n), "the last fire's payload was seen");
        }
        long lpis = pended(producers[0].lpis) + pended(producers[1].lpis);
        assertEquals(lpis, delivered.get(LPI));
        checkCpus();
    }

    private static long pended(FireCounts counts) {
        return counts.of(FireOutcome.LATCHED) + counts.of(FireOutcome.PENDED_MASKED);
    }

    private void checkCpus() {
        assertEquals(0, machine.distributor().spis().pending());
        long acknowledged = 0;
        for (Cpu cpu : cpus) {
            var port = machine.port(cpu.id);
            assertEquals(0, machine.redistributor(cpu.id).banked().pending());
            assertEquals(port.counts().acknowledged(), port.counts().ended(), "I-07");
            assertEquals(0, port.counts().disorderedEnds());
            assertEquals(0xff, port.registers().runningPriority(), "I-06");
            assertTrue(cpu.halts > 0, "the CPU never halted");
            acknowledged += port.counts().acknowledged();
        }
        long sum = 0;
        for (int intid = 0; intid < delivered.length(); intid++) {
            sum += delivered.get(intid);
        }
        assertEquals(sum, acknowledged);
    }

    /** A device that holds its line until its handler has run; once for each. */
    private void raiseLevels() {
        for (int n = 1; n <= FIRES / 100; n++) {
            machine.distributor().raiseLine(LEVEL);
            while (delivered.get(LEVEL) < n) {
                Thread.onSpinWait();
            }
        }
    }

    private void reconfigure() {
        var random = new Random(1);
        Distributor distributor = machine.distributor();
        while (!stop) {
            int intid = FIRST + random.nextInt(SOURCES);
            switch (random.nextInt(8)) {
                case 0 -> distributor.disable(intid);
                case 1, 2 -> distributor.enable(intid);
                case 3 -> distributor.setPriority(intid, 0x80 + random.nextInt(8) * 8);
                case 4 -> distributor.writeRoute(intid, Distributor.ANY_ONE);
                case 5 -> {
                    distributor.writeControl(0);
                    distributor.writeControl(Distributor.ENABLE_GROUP1);
                }
                default -> distributor.route(intid, random.nextInt(2));
            }
        }
        for (int n = 0; n < SOURCES; n++) {
            distributor.enable(FIRST + n);
        }
    }

    private final class Producer extends Thread {
        private final FireCounts[] counts = {new FireCounts(), new FireCounts()};
        private final FireCounts lpis = new FireCounts();
        private final int source;

        Producer(int source) {
            super("producer");
            this.source = source;
        }

        @Override
        public void run() {
            long address = machine.messageAddress(0, FIRST);
            for (int n = 1; n <= FIRES; n++) {
                for (int own = 0; own < 2; own++) {
                    written[(source + own) * 16] = n;
                    counts[own].count(machine.message(address, FIRST + source + own));
                }
                if (n % 8 == 0) {
                    lpis.count(machine.redistributor(1).trigger(LPI));
                }
            }
        }
    }

    /** A CPU whose only way out of a halt is a kick: a lost one would hang the test. */
    private final class Cpu extends Thread implements CpuKick {
        private final int id;
        private long halts;

        Cpu(int id) {
            super("cpu/" + id);
            setDaemon(true);
            this.id = id;
        }

        @Override
        public void kick() {
            LockSupport.unpark(this);
        }

        @Override
        public void run() {
            GicCpuInterface port = machine.port(id);
            int intid = CpuInterruptPort.NONE;
            while (intid != STOP) {
                intid = port.acknowledge();
                if (intid != CpuInterruptPort.NONE) {
                    handle(intid);
                    port.endOfInterrupt();
                } else if (port.tryHalt()) {
                    halts++;
                    LockSupport.park(this);
                    port.resumed();
                }
            }
        }

        private void handle(int intid) {
            if (intid >= IntIds.FIRST_SPI
                    && intid < IntIds.FIRST_LPI
                    && active.getAndIncrement(intid) != 0) {
                broken = "I-09 " + intid + " is active on two CPUs";
            }
            if (intid == LEVEL) {
                machine.distributor().lowerLine(LEVEL);
            }
            if (intid >= FIRST && intid < FIRST + SOURCES) {
                int source = intid - FIRST;
                long value = written[source * 16];
                if (value < seen.get(source)) {
                    broken = "I-16 an older payload than before";
                }
                seen.set(source, value);
            }
            active.set(intid, 0);
            delivered.getAndIncrement(intid);
        }
    }
}
