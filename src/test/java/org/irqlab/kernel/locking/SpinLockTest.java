package org.irqlab.kernel.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.irq.ipi.CrossCall;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/** What each form of the spin lock leaves of preempt count and interrupt flag. */
@Timeout(60)
class SpinLockTest {
    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final SpinLock lock = new SpinLock(new Lockdep(), "lock");

    @AfterEach
    void close() {
        m.close();
    }

    private static String context(KernelCpu cpu) {
        return "%03x %s".formatted(cpu.preemptCount(), cpu.hw().irqsEnabled() ? "on" : "off");
    }

    private void inTask(Consumer<KernelCpu> body) {
        var done = new AtomicInteger();
        m.kernelThread(
                0,
                "taker/0",
                TaskPolicy.NORMAL,
                self -> {
                    body.accept(self.cpu());
                    assertEquals("000 on", context(self.cpu()));
                    done.set(1);
                });
        m.start();
        Threads.await("done", () -> done.get() == 1);
        assertEquals(List.of(), m.machine().smp().log().reports());
    }

    @Test
    void turnsOffWhatItsFormSays() {
        inTask(cpu -> {
            lock.lock(cpu);
            assertEquals("001 on", context(cpu));
            lock.unlock(cpu);
            lock.lockBh(cpu);
            assertEquals("201 on", context(cpu));
            lock.unlockBh(cpu);
            lock.lockIrq(cpu);
            assertEquals("001 off", context(cpu));
            lock.unlockIrq(cpu);
            assertEquals("000 on", context(cpu));
            boolean outer = cpu.hw().irqSave();
            boolean inner = lock.lockIrqsave(cpu);
            assertFalse(inner);
            lock.unlockIrqrestore(cpu, inner);
            assertEquals("000 off", context(cpu));
            cpu.hw().irqRestore(outer);
        });
    }

    @Test
    void leavesEverythingAsItWasWhenATryFails() {
        var other = new SpinLock(new Lockdep(), "other");
        inTask(cpu -> {
            lock.lock(cpu);
            assertFalse(lock.tryLock(cpu));
            assertFalse(lock.tryLockIrq(cpu));
            assertEquals("001 on", context(cpu));
            assertTrue(other.tryLockIrq(cpu));
            assertEquals("002 off", context(cpu));
            other.unlockIrq(cpu);
            lock.unlock(cpu);
        });
    }

    @Test
    void letsOneCpuInAtATime() {
        int rounds = 2_000;
        int[] count = new int[1];
        var done = new AtomicInteger();
        for (int id = 0; id < 2; id++) {
            m.kernelThread(
                    id,
                    "taker/" + id,
                    TaskPolicy.NORMAL,
                    self -> {
                        for (int i = 0; i < rounds; i++) {
                            lock.lock(self.cpu());
                            int before = count[0];
                            // The holder may burn time: who waits polls.
                            self.cpu().burn(100);
                            count[0] = before + 1;
                            lock.unlock(self.cpu());
                        }
                        done.incrementAndGet();
                    });
        }
        m.start();
        Threads.await("both", () -> done.get() == 2);
        m.inInterrupt(0, cpu -> {});
        assertEquals(2 * rounds, count[0]);
    }

    @Test
    void namesTheCpuThatWaitsForItselfAndStillStops() {
        // B-23: a handler spins for what the task holds that it interrupted.
        m.kernelThread(
                0,
                "taker/0",
                TaskPolicy.NORMAL,
                self -> {
                    KernelCpu cpu = self.cpu();
                    lock.lock(cpu);
                    while (true) {
                        cpu.burn(1_000);
                    }
                });
        m.start();
        Threads.await("held", () -> lock.heldBy(m.cpu(0)));
        m.inInterrupt(1, cpu -> m.machine().calls().callAsync(0, new CrossCall(lock::lock), cpu));
        var log = m.machine().smp().log();
        Threads.await("report", () -> log.count(ReportKind.SPIN_RECURSION) == 1);
        assertEquals(1, log.count(ReportKind.LOCK_RECURSION));
    }

    @Test
    void reportsAnUnlockByWhoDoesNotHoldIt() {
        m.start();
        m.inInterrupt(0, lock::unlock);
        m.inInterrupt(0, cpu -> assertEquals("10000 off", context(cpu)));
        assertEquals(1, m.machine().smp().log().count(ReportKind.BAD_UNLOCK));
    }
}
