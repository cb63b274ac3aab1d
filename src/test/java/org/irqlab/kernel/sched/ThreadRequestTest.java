package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.TestMachine;
import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ThreadRequestTest {
    private static final int REQUESTS = 200;

    private final ThreadRequest request = new ThreadRequest();
    private final SleepState sleep = new SleepState();

    @Test
    void mergesRequestsUntilARunBegins() {
        assertTrue(request.make());
        assertFalse(request.make(), "the run has not begun");
        assertTrue(request.takeOrAnnounce(sleep));
        assertTrue(request.make(), "the run has begun: it leads to another one");
    }

    @Test
    void leavesTheSleepAnnouncedWhenThereIsNoRequest() {
        assertFalse(request.takeOrAnnounce(sleep));
        assertTrue(sleep.announced());
        request.make();
        assertEquals(SleepState.Wake.STAYS_AWAKE, sleep.tryWake());
    }

    @Test
    void takesTheAnnouncementBackWhenThereIsARequest() {
        request.make();
        assertTrue(request.takeOrAnnounce(sleep));
        assertFalse(sleep.announced());
        assertFalse(request.takeOrAnnounce(sleep), "taken");
    }

    @Test
    void runsAThreadOnceForEveryRequestOfAnotherCpuThatWasNotMerged() {
        var runs = new AtomicLong();
        try (var machine = new TestMachine(2)) {
            Task thread =
                    machine.kernelThread(
                            0,
                            "asked/0",
                            TaskPolicy.FIFO_50,
                            self -> {
                                while (true) {
                                    request.await(self);
                                    runs.incrementAndGet();
                                }
                            });
            machine.start();
            var made = new AtomicLong();
            for (int i = 0; i < REQUESTS; i++) {
                machine.inInterrupt(
                        1,
                        cpu -> {
                            if (request.make()) {
                                made.incrementAndGet();
                                cpu.scheduler().wake(thread);
                            }
                        });
            }
            Threads.await("runs=" + runs, () -> runs.get() == made.get());
        }
    }
}
