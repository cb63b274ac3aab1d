package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.apic.pin.StormDamping;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Two devices drive lines while a CPU serves, masks and moves them: no level is lost. */
@Timeout(30)
class IoApicConservationTest {
    private static final int REQUESTS = 200_000;
    private static final int LEVEL_PIN = 5;
    private static final int EDGE_PIN = 9;
    private static final int LEVEL_VECTOR = 0x51;
    private static final int EDGE_VECTOR = 0x62;
    private static final long LEVEL = 1 << 15;
    private static final long MASKED = 1 << 16;

    private final ApicController machine = new ApicController(List.of(() -> {}));
    private final IoApic chip = machine.addIoApic(StormDamping.OFF);
    private final LocalApic apic = machine.port(0);
    private final FireCounts levels = new FireCounts();
    private final FireCounts edges = new FireCounts();

    /** What the level's device wants done; its line is high while it is not 0. */
    private final AtomicInteger wanted = new AtomicInteger();

    private volatile boolean stop;
    private long levelRuns;
    private long edgeRuns;
    private long served;

    @Test
    void servesEveryRequestOfALevelAndAccountsForEveryEdge() throws InterruptedException {
        chip.writeEntry(LEVEL_PIN, LEVEL | LEVEL_VECTOR);
        chip.writeEntry(EDGE_PIN, EDGE_VECTOR);
        var level = new Thread(this::driveLevel, "level");
        var edge = new Thread(this::driveEdge, "edge");
        level.start();
        edge.start();
        for (int n = 0; busy(level) && !Thread.currentThread().isInterrupted(); n++) {
            take();
            if (n % 16 == 0) {
                chip.writeEntry(LEVEL_PIN, MASKED | LEVEL | LEVEL_VECTOR);
                chip.writeEntry(EDGE_PIN, MASKED | EDGE_VECTOR);
                take();
                chip.writeEntry(LEVEL_PIN, LEVEL | LEVEL_VECTOR);
                chip.writeEntry(EDGE_PIN, EDGE_VECTOR);
            }
        }
        stop = true;
        assertFalse(Thread.interrupted(), "a level was lost: the device waits for ever");
        level.join();
        edge.join();
        while (apic.requested()) {
            take();
        }
        assertEquals(REQUESTS, served, "I-02");
        assertEquals(LEVEL | LEVEL_VECTOR, chip.entry(LEVEL_PIN), "no remote IRR is left");
        assertEquals(levels.of(FireOutcome.PENDED_MASKED), chip.counts().pended());
        assertEquals(0, chip.counts().held());
        assertEquals(
                edgeRuns, edges.of(FireOutcome.LATCHED), "one vector, so its deliveries alone");
        assertEquals(
                levelRuns, levels.of(FireOutcome.LATCHED) + chip.sentLater(FireOutcome.LATCHED));
        assertEquals(levelRuns + edgeRuns, apic.counts().accepted());
        assertEquals(apic.counts().acknowledged(), apic.counts().ended());
        assertTrue(edges.of(FireOutcome.IGNORED_MASKED_EDGE) > 0, "no edge met a mask");
        assertTrue(chip.counts().heldSent() > 0, "no level met a mask");
        assertEquals(0, levels.of(FireOutcome.DROPPED_NO_TARGET));
    }

    private boolean busy(Thread level) {
        return level.isAlive() || apic.requested() || wanted.get() != 0;
    }

    private void driveLevel() {
        for (int n = 0; n < REQUESTS; n++) {
            synchronized (wanted) {
                if (wanted.getAndIncrement() == 0) {
                    levels.count(chip.drive(LEVEL_PIN, true));
                }
            }
            for (int pause = n % 64; pause > 0; pause--) {
                Thread.onSpinWait();
            }
        }
    }

    private void driveEdge() {
        while (!stop) {
            edges.count(chip.drive(EDGE_PIN, true));
            chip.drive(EDGE_PIN, false);
        }
    }

    private void take() {
        int vector = apic.acknowledge();
        if (vector == LEVEL_VECTOR) {
            levelRuns++;
            synchronized (wanted) {
                // As a driver does: what the device wants now is done, and that lowers the line.
                served += wanted.getAndSet(0);
                chip.drive(LEVEL_PIN, false);
            }
        }
        edgeRuns += vector == EDGE_VECTOR ? 1 : 0;
        if (vector != CpuInterruptPort.NONE) {
            apic.endOfInterrupt();
        }
    }
}
