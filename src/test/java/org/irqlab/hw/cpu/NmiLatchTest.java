package org.irqlab.hw.cpu;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.support.FakePort;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** NMIs at the poll points of a virtual CPU. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NmiLatchTest {
    private static final long MS = 1_000_000;

    private final FakePort port = new FakePort();
    private final VirtualCpu cpu =
            new VirtualCpu(0, GuestThread.ANY_CORE, port, new HaltLine(), new NoiseMeter(50_000));
    private final List<String> log = new ArrayList<>();

    private void logNmis() {
        cpu.nmi().setEntry(() -> log.add("nmi " + cpu.irqsEnabled()));
        cpu.setEntry(vector -> log.add("irq " + vector));
    }

    @Test
    void isTakenWithTheInterruptFlagOff() {
        logNmis();
        port.accept(0x41);
        cpu.nmi().raise();
        cpu.poll();
        assertEquals(List.of("nmi false"), log);
        assertFalse(cpu.irqsEnabled(), "the flag is as before");
        assertEquals(1, cpu.taken());
    }

    @Test
    void comesBeforeAnInterruptAndLeavesTheFlagOn() {
        logNmis();
        cpu.writeIrqFlag(true);
        port.accept(0x41);
        cpu.nmi().raise();
        cpu.poll();
        assertEquals(List.of("nmi false", "irq 65"), log);
        assertTrue(cpu.irqsEnabled());
        assertEquals(2, cpu.taken());
    }

    @Test
    void comesBetweenTwoInterrupts() {
        logNmis();
        cpu.setEntry(vector -> {
            log.add("irq " + vector);
            if (vector == 0x31) {
                cpu.nmi().raise();
            }
        });
        port.accept(0x41);
        port.accept(0x31);
        cpu.irqEnable();
        assertEquals(List.of("irq 49", "nmi false", "irq 65"), log);
    }

    @Test
    void latchesOneWhileOneIsInServiceAndDropsFurtherOnes() {
        var outcomes = new ArrayList<FireOutcome>();
        cpu.nmi()
                .setEntry(() -> {
                    log.add("enter");
                    if (log.size() == 1) {
                        for (int i = 0; i < 3; i++) {
                            outcomes.add(cpu.nmi().raise());
                        }
                        cpu.poll();
                    }
                    log.add("leave");
                });
        cpu.nmi().raise();
        cpu.poll();
        assertEquals(List.of("enter", "leave", "enter", "leave"), log, "I-17: never nested");
        assertEquals(
                List.of(FireOutcome.LATCHED, FireOutcome.COALESCED, FireOutcome.COALESCED),
                outcomes);
        assertEquals(2, cpu.nmi().dropped());
        assertEquals(2, cpu.nmi().taken());
    }

    @Test
    void isUnblockedEarlyByAReturnInItsHandler() {
        cpu.nmi()
                .setEntry(() -> {
                    log.add("enter");
                    if (log.size() == 1) {
                        cpu.nmi().raise();
                        cpu.nmi().returned();
                        cpu.poll();
                    }
                    log.add("leave");
                });
        cpu.nmi().raise();
        cpu.poll();
        assertEquals(List.of("enter", "enter", "leave", "leave"), log);
    }

    @Test
    void isTakenInTheMiddleOfABurn() {
        cpu.nmi()
                .setEntry(() -> {
                    log.add("nmi");
                    long end = HostClock.nowNs() + 20 * MS;
                    while (HostClock.nowNs() < end) {
                        Thread.onSpinWait();
                    }
                });
        port.onLook(() -> {});
        cpu.addDevice(new RaiseOnce(HostClock.nowNs() + MS));
        long began = HostClock.nowNs();
        cpu.burn(3 * MS);
        assertEquals(List.of("nmi"), log);
        assertTrue(HostClock.nowNs() - began >= 23 * MS, "an NMI is no progress");
    }

    private final class RaiseOnce implements PolledDevice {
        private long dueNs;

        RaiseOnce(long dueNs) {
            this.dueNs = dueNs;
        }

        @Override
        public long nextDueNs() {
            return dueNs;
        }

        @Override
        public void service(long nowNs) {
            dueNs = NEVER;
            cpu.nmi().raise();
        }
    }

    /** Without a kick, each NMI would wait for the end of the longest halt, 100 ms. */
    @Test
    void wakesAHaltedCpu() throws InterruptedException {
        int rounds = 10;
        var raisedNs = new AtomicLong();
        var quick = new AtomicInteger();
        cpu.nmi()
                .setEntry(() -> {
                    log.add("nmi");
                    if (HostClock.nowNs() - raisedNs.get() < 50 * MS) {
                        quick.incrementAndGet();
                    }
                });
        var raiser =
                new Thread(() -> {
                    for (int round = 0; round < rounds; round++) {
                        int before = round;
                        Threads.await("halted", () -> port.halts() > before);
                        raisedNs.set(HostClock.nowNs());
                        cpu.nmi().raise();
                        Threads.await("taken", () -> cpu.nmi().taken() > before);
                    }
                });
        raiser.start();
        cpu.writeIrqFlag(true);
        while (log.size() < rounds) {
            cpu.halt();
            cpu.idleStep(HostClock.nowNs());
        }
        raiser.join();
        assertTrue(quick.get() > rounds / 2, "quick=" + quick);
    }

    @Test
    void forgetsEverythingAtInit() {
        logNmis();
        cpu.nmi().raise();
        cpu.nmi().take();
        cpu.nmi().raise();
        cpu.nmi().reset();
        cpu.poll();
        assertEquals(List.of(), log);
        cpu.nmi().raise();
        cpu.poll();
        assertEquals(1, log.size());
    }
}
