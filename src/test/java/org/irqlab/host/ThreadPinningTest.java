package org.irqlab.host;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

@Tag("host")
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ThreadPinningTest {
    private interface Body {
        void run() throws Exception;
    }

    @BeforeEach
    void onlyWhereThreadsCanBePinned() {
        assumeTrue(ThreadPinning.available(), "no pinning on this platform");
    }

    /** Runs in a thread of its own, so that a mask left behind hurts no other test. */
    private static void apart(Body body) throws Exception {
        var failure = new AtomicReference<Throwable>();
        var thread =
                Thread.ofPlatform()
                        .start(() -> {
                            try {
                                body.run();
                            } catch (Throwable e) {
                                failure.set(e);
                            }
                        });
        thread.join();
        if (failure.get() instanceof Error e) {
            throw e;
        }
        if (failure.get() instanceof Exception e) {
            throw e;
        }
    }

    @Test
    void runsOnThePinnedCpuAtOnce() throws Exception {
        apart(() -> {
            for (int cpu : ThreadPinning.allowedAtStart().stream().toArray()) {
                CallOutcome outcome = ThreadPinning.pin(cpu);
                assumeTrue(outcome.done(), outcome.text());
                assertEquals(cpu, ThreadPinning.currentHostCpu());
                assertEquals(CpuList.of(cpu), ThreadPinning.allowed());
            }
        });
    }

    @Test
    void remembersTheCpusAllowedAtStartWhileAThreadIsPinned() throws Exception {
        apart(() -> {
            CpuList before = ThreadPinning.allowedAtStart();
            CallOutcome outcome = ThreadPinning.pin(before.first());
            assumeTrue(outcome.done(), outcome.text());
            assertEquals(before, ThreadPinning.allowedAtStart());
            assertTrue(ThreadPinning.unpin().done());
            assertEquals(before, ThreadPinning.allowed());
        });
    }

    @Test
    void answersInWordsWhenACpuIsNotThere() throws Exception {
        apart(() -> {
            CallOutcome outcome = ThreadPinning.pin(CpuList.MAX_CPUS - 1);
            assertFalse(outcome.done());
            assertEquals(
                    "sched_setaffinity(cpus 8191): Invalid argument (errno 22)", outcome.text());
        });
    }

    @Test
    void confinesTheThreadsThatAreThereAndThoseTheyStart() throws Exception {
        CpuList before = ThreadPinning.allowedAtStart();
        CpuList one = CpuList.of(before.first());
        var seen = new AtomicReference<CpuList>();
        try {
            CallOutcome outcome = ThreadPinning.confineProcess(one);
            assumeTrue(outcome.done(), outcome.text());
            assertEquals(one, ThreadPinning.allowed());
            apart(() -> seen.set(ThreadPinning.allowed()));
            assertEquals(one, seen.get());
            assertEquals(before, ThreadPinning.allowedAtStart());
        } finally {
            assertTrue(ThreadPinning.confineProcess(before).done());
        }
        assertEquals(before, ThreadPinning.allowed());
    }

    @Test
    void namesTheThreadForTheKernel() throws Exception {
        apart(() -> {
            assertTrue(ThreadPinning.setKernelName("irq/45-nvme0q1-long-name").done());
            Path comm = Path.of("/proc/self/task/" + ThreadPinning.threadId() + "/comm");
            assertEquals("irq/45-nvme0q1-", Files.readString(comm).strip());
        });
    }

    @Test
    void setsSlackNiceAndBatchOfAThread() throws Exception {
        apart(() -> {
            assertTrue(ThreadPinning.setTimerSlack(1).done());
            int tid = ThreadPinning.threadId();
            assertTrue(ThreadPinning.setNice(tid, 5).done());
            assertTrue(ThreadPinning.setBatch(true).done());
            String stat = Files.readString(Path.of("/proc/self/task/" + tid + "/stat"));
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
            assertEquals("5", fields[16], "nice");
            assertEquals("3", fields[38], "policy SCHED_BATCH");
            assertTrue(ThreadPinning.setBatch(false).done());
        });
    }

    @Test
    void refusesASlackThatIsNone() {
        assertThrows(IllegalArgumentException.class, () -> ThreadPinning.setTimerSlack(0));
    }
}
