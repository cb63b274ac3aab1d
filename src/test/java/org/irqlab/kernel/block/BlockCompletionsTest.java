package org.irqlab.kernel.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.block.BlockCompletions.Affinity;
import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.PreemptCount;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class BlockCompletionsTest {
    private static final int REQUESTS = 64;

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        m.close();
    }

    private BlockRequest request(int number, int cpu) {
        var request =
                new BlockRequest((self, on) -> {
                    boolean soft = PreemptCount.inServingSoftirq(on.preemptCount());
                    log.add(number + " on " + on.id() + (soft ? " softirq" : ""));
                });
        request.submittedBy(cpu);
        return request;
    }

    private BlockCompletions completions(Affinity affinity, boolean shared) {
        return new BlockCompletions(m.machine(), affinity, (a, b) -> shared ? 1 : 0);
    }

    @Test
    void completesAtOnceOnTheSubmittingCpu() {
        var done = completions(Affinity.SAME_CPU, true);
        m.start();
        m.inInterrupt(1, cpu -> done.complete(request(1, 1), cpu));
        assertEquals(List.of("1 on 1"), log);
        assertEquals(1, done.local(1));
    }

    @Test
    void completesAtOnceWhereTheCacheIsShared() {
        var done = completions(Affinity.SAME_GROUP, true);
        m.start();
        m.inInterrupt(0, cpu -> done.complete(request(1, 1), cpu));
        assertEquals(List.of("1 on 0"), log);
    }

    @Test
    void sendsOthersToTheirCpuInOrderWithOneInterruptForAll() {
        var done = completions(Affinity.SAME_GROUP, false);
        m.start();
        m.inInterrupt(
                1,
                held -> {
                    var expected = new ArrayList<String>();
                    for (int i = 0; i < REQUESTS; i++) {
                        done.complete(request(i, 0), held);
                        expected.add(i + " on 0 softirq");
                    }
                    Threads.await("all", () -> log.size() == REQUESTS);
                    assertEquals(expected, List.copyOf(log));
                });
        assertEquals(REQUESTS, done.remote(1));
        assertTrue(done.interrupts(1) >= 1 && done.interrupts(1) <= REQUESTS);
    }

    @Test
    void costsOneInterruptWhileTheSubmittingCpuIsBusy() {
        var done = completions(Affinity.SAME_CPU, true);
        m.start();
        // One CPU completes while the other's interrupts are off: it stands in a top half.
        var sent = new boolean[1];
        m.machine()
                .irqs()
                .setSystemHandler(
                        0x41,
                        cpu -> {
                            for (int i = 0; i < REQUESTS; i++) {
                                done.complete(request(i, 0), cpu);
                            }
                            synchronized (sent) {
                                sent[0] = true;
                            }
                        },
                        null,
                        null);
        m.inInterrupt(
                0,
                cpu -> {
                    m.machine().controller().sendIpi(1, 0x41);
                    Threads.await(
                            "sent",
                            () -> {
                                synchronized (sent) {
                                    return sent[0];
                                }
                            });
                    assertEquals(1, done.interrupts(1));
                });
        Threads.await("all", () -> log.size() == REQUESTS);
    }
}
