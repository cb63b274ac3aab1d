package org.irqlab.kernel.irq.ipi;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.irq.affinity.CpuMask;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** Function calls between running CPUs, and irq_work. */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class CrossCallsTest {
    private final TestMachine m = new TestMachine(2);
    private final CrossCalls calls = m.machine().calls();
    private final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

    private void note(String what, KernelCpu cpu) {
        log.add(what + " on " + cpu.id() + (cpu.hw().irqsEnabled() ? " on" : " off"));
    }

    private void awaitLog(String... lines) {
        Threads.await(lines.length + " notes", () -> log.size() >= lines.length);
        assertEquals(List.of(lines), List.copyOf(log));
    }

    @Test
    void runsSynchronousCallsThenTheOthersThenTheWokenTasks() {
        var sleeper =
                m.sleeper(1, "sleeper", TaskPolicy.FIFO_50, self -> note("woken", self.cpu()));
        var work = new IrqWork(cpu -> note("work", cpu));
        var async = new CrossCall(cpu -> note("async", cpu));
        var sync = new CrossCall(cpu -> note("sync", cpu));
        m.kernelThread(
                0,
                "caller",
                TaskPolicy.NORMAL,
                self -> {
                    KernelCpu cpu = self.cpu();
                    sleeper.setWantedCpu(1);
                    // CPU 1 is kept busy by this call until all are queued.
                    var queued = new AtomicInteger();
                    var busy = new CrossCall(there -> awaitOne(queued));
                    calls.callAsync(1, busy, cpu);
                    Threads.await("taken", () -> !calls.pending(1));
                    cpu.scheduler().wake(sleeper);
                    calls.queueOn(1, work, cpu);
                    calls.callAsync(1, async, cpu);
                    sync.tryLock();
                    sync.synchronous = true;
                    queueFor1(sync);
                    queued.set(1);
                });
        try (m) {
            m.start();
            awaitLog("sync on 1 off", "work on 1 off", "async on 1 off", "woken on 1 on");
        }
        assertEquals(4, calls.served(1));
    }

    private static void awaitOne(AtomicInteger flag) {
        while (flag.get() == 0) {
            Thread.onSpinWait();
        }
    }

    /** As callAndWait() does, without the wait. */
    private void queueFor1(CrossCall call) {
        calls.push(1, call);
    }

    @Test
    void waitsForTheFunction() {
        var done = new AtomicInteger();
        m.kernelThread(
                0,
                "caller",
                TaskPolicy.NORMAL,
                self -> {
                    var call = new CrossCall(cpu -> done.set(cpu.id() + 1));
                    calls.callAndWait(1, call, self.cpu());
                    log.add("done " + done.get());
                    calls.callAndWait(0, call, self.cpu());
                    log.add("done " + done.get());
                });
        try (m) {
            m.start();
            awaitLog("done 2", "done 1");
        }
        assertEquals(0, calls.waitsWithInterruptsOff());
    }

    @Test
    void callsEveryOtherCpuOfAMask() {
        m.kernelThread(
                0,
                "caller",
                TaskPolicy.NORMAL,
                self -> {
                    calls.callMany(CpuMask.first(2), cpu -> note("many", cpu), true, self.cpu());
                    log.add("done");
                });
        try (m) {
            m.start();
            awaitLog("many on 1 off", "done");
        }
    }

    @Test
    void countsAWaitWithInterruptsOff() {
        m.kernelThread(
                0,
                "caller",
                TaskPolicy.NORMAL,
                self -> {
                    boolean irqs = self.cpu().hw().irqSave();
                    calls.callAndWait(1, new CrossCall(cpu -> {}), self.cpu());
                    self.cpu().hw().irqRestore(irqs);
                    log.add("done");
                });
        try (m) {
            m.start();
            awaitLog("done");
        }
        assertEquals(1, calls.waitsWithInterruptsOff());
    }

    @Test
    void runsAWorkOncePerClaimAlsoForOneDuringTheRun() {
        var runs = new AtomicInteger();
        var own = new IrqWork[1];
        own[0] =
                new IrqWork(cpu -> {
                    if (runs.incrementAndGet() == 1) {
                        assertTrue(calls.queue(own[0], cpu), "not pending: it runs");
                        assertFalse(calls.queue(own[0], cpu), "now it is");
                    }
                });
        try (m) {
            m.start();
            m.inInterrupt(0, cpu -> assertTrue(calls.queue(own[0], cpu)));
            Threads.await("idle", () -> !own[0].busy());
            assertEquals(2, runs.get());
            assertFalse(own[0].pending());
        }
    }

    @Test
    void losesNoCallUnderAFlood() {
        var asked = new AtomicInteger();
        var ran = new AtomicInteger();
        var works = new IrqWork[8];
        Arrays.setAll(works, i -> new IrqWork(cpu -> ran.incrementAndGet()));
        for (int cpu = 0; cpu < 2; cpu++) {
            int other = 1 - cpu;
            m.kernelThread(
                    cpu,
                    "caller" + cpu,
                    TaskPolicy.NORMAL,
                    self -> {
                        var call = new CrossCall(there -> ran.incrementAndGet());
                        for (int i = 0; i < 3_000; i++) {
                            if (calls.queueOn(other, works[i % works.length], self.cpu())) {
                                asked.incrementAndGet();
                            }
                            calls.callAsync(other, call, self.cpu());
                            asked.incrementAndGet();
                            if (i % 64 == 0) {
                                calls.callAndWait(other, call, self.cpu());
                                asked.incrementAndGet();
                            }
                            self.cpu().hw().poll();
                        }
                        log.add("done");
                    });
        }
        try (m) {
            m.start();
            Threads.await("both", () -> log.size() == 2);
            Threads.await("all", () -> ran.get() == asked.get());
        }
        assertEquals(asked.get(), ran.get());
        assertEquals(asked.get(), calls.served(0) + calls.served(1));
    }
}
