package org.irqlab.kernel.block;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.kernel.boot.MachineSpec;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class IrqPollTest {
    /** So long that no run reaches its time limit. */
    private static final long NO_TICK_NS = 100 * 86_400_000_000_000L;

    private final TestMachine m = new TestMachine(MachineSpec.unpinned(2).withWorkersPerPool(1));
    private final IrqPolls polls = new IrqPolls(m.machine(), NO_TICK_NS);
    private final List<String> log = Collections.synchronizedList(new ArrayList<>());

    @AfterEach
    void close() {
        m.close();
    }

    /** A queue with {@code done} completions. */
    private IrqPoll queue(String name, int weight, int done) {
        var left = new int[] {done};
        return new IrqPoll(
                weight,
                (poll, budget, cpu) -> {
                    int work = Math.min(budget, left[0]);
                    left[0] -= work;
                    log.add(name + " " + work);
                    if (work < budget) {
                        polls.complete(poll, cpu);
                    }
                    return work;
                });
    }

    private void awaitLog(String... lines) {
        Threads.await("polls", () -> log.size() >= lines.length);
        assertEquals(List.of(lines), List.copyOf(log));
    }

    @Test
    void pollsQueuesInTurn() {
        IrqPoll a = queue("a", 32, 70);
        IrqPoll b = queue("b", 32, 5);
        m.start();
        m.inInterrupt(
                0,
                cpu -> {
                    assertTrue(polls.schedule(a, cpu));
                    assertFalse(polls.schedule(a, cpu));
                    assertTrue(polls.schedule(b, cpu));
                });
        awaitLog("a 32", "b 5", "a 32", "a 6");
        Threads.await("over", () -> !a.owned() && !b.owned());
    }

    @Test
    void leavesTheRestToTheNextRunWhenTheBudgetIsUsedUp() {
        IrqPoll a = queue("a", 128, 300);
        m.start();
        m.inInterrupt(0, cpu -> polls.schedule(a, cpu));
        awaitLog("a 128", "a 128", "a 44");
        m.inInterrupt(0, cpu -> assertEquals(1, polls.rearmed(0)));
        m.inInterrupt(0, cpu -> assertEquals(2, polls.runs(0)));
    }

    @Test
    void disableWaitsForThePollAndKeepsRequestsOut() {
        var polled = new AtomicInteger();
        // One completion after the other, until the disable ends it.
        var endless =
                new IrqPoll(
                        1,
                        (poll, budget, cpu) -> {
                            polled.getAndIncrement();
                            return budget;
                        });
        m.kernelThread(
                1,
                "driver",
                TaskPolicy.NORMAL,
                self -> {
                    while (polled.get() == 0) {
                        m.sleep(self, 100_000);
                    }
                    polls.disable(endless, self.cpu());
                    log.add("scheduled " + polls.schedule(endless, self.cpu()));
                    polls.enable(endless, self.cpu());
                });
        m.start();
        m.inInterrupt(0, cpu -> polls.schedule(endless, cpu));
        awaitLog("scheduled false");
        Threads.await("enabled", () -> !endless.owned());
        int seen = polled.get();
        m.inInterrupt(0, cpu -> {});
        assertEquals(seen, polled.get());
    }
}
