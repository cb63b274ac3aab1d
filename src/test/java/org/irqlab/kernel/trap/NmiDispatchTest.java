package org.irqlab.kernel.trap;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

/** The kernel's NMI entry on a running machine. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NmiDispatchTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    @AfterEach
    void close() {
        m.close();
    }

    private NmiDispatch nmis() {
        return m.machine().nmis(0);
    }

    private void awaitLog(String... lines) {
        Threads.await(
                List.of(lines) + " but " + log, () -> List.copyOf(log).equals(List.of(lines)));
    }

    @Test
    void wakesAnIdleCpuAndRunsInNmiContext() {
        nmis().add(cpu -> {
            assertFalse(cpu.hw().irqsEnabled());
            log.add("%06x".formatted(cpu.preemptCount()));
            return true;
        });
        m.start();
        Threads.await("idle", () -> m.cpu(0).current().name().equals("cpu/0"));
        m.cpu(0).hw().nmi().raise();
        awaitLog("110000");
        m.inInterrupt(0, cpu -> log.add("%06x".formatted(cpu.preemptCount())));
        awaitLog("110000", "010000");
        assertEquals(1, nmis().handled());
    }

    @Test
    void interruptsAHandlerThatHasInterruptsOff() {
        nmis().add(cpu -> {
            log.add("nmi %06x".formatted(cpu.preemptCount()));
            return true;
        });
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    cpu.hw().nmi().raise();
                    cpu.burn(10_000);
                    log.add("irq %06x".formatted(cpu.preemptCount()));
                });
        awaitLog("nmi 120000", "irq 010000");
    }

    @Test
    void countsAnNmiOfWhichNobodyKnowsTheCause() {
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    cpu.hw().nmi().raise();
                    cpu.hw().poll();
                });
        m.inInterrupt(0, cpu -> log.add(nmis().unknown() + " " + nmis().handled()));
        awaitLog("1 0");
    }

    @Test
    void asksEveryHandler() {
        nmis().add(cpu -> log.add("first"));
        nmis().add(cpu -> log.add("second"));
        m.start();
        m.cpu(0).hw().nmi().raise();
        awaitLog("first", "second");
    }

    /** I-17: an exception in the handler lets the next NMI in; the handler still does not nest. */
    @Test
    void runsOnceMoreForAnNmiThatCameOnTop() {
        nmis().add(cpu -> {
            log.add("in");
            if (log.size() == 1) {
                cpu.hw().nmi().raise();
                cpu.hw().nmi().returned();
                cpu.hw().poll();
            }
            log.add("out");
            return true;
        });
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    cpu.hw().nmi().raise();
                    cpu.hw().poll();
                });
        awaitLog("in", "out", "in", "out");
        m.inInterrupt(0, cpu -> log.add(nmis().nested() + " " + nmis().handled()));
        awaitLog("in", "out", "in", "out", "1 2");
    }

    @Test
    void endsNothingOfWhatAHandlerLeftDisabled() {
        nmis().add(cpu -> {
            cpu.preemptDisable();
            return true;
        });
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    cpu.hw().nmi().raise();
                    cpu.hw().poll();
                    log.add("%06x %d".formatted(cpu.preemptCount(), cpu.leakedContexts()));
                });
        awaitLog("010000 1");
    }
}
