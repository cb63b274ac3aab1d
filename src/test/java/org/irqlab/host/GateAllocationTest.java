package org.irqlab.host;

import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.management.ThreadMXBean;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.lang.management.ManagementFactory;
import java.util.concurrent.TimeUnit;

@Timeout(value = 120, unit = TimeUnit.SECONDS, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class GateAllocationTest {
    private static final int WARM_UP = 30_000;
    private static final int ROUNDS = 20_000;
    // What the JVM itself leaves behind in so many rounds, a compilation's deoptimisation included.
    private static final long SLACK_BYTES = ROUNDS / 10;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void sleepsAndWakesWithoutAllocation() throws Exception {
        assumeTrue(FutexGate.available(), "this host has no futex that may be called");
        Gate here = new FutexGate();
        Gate there = new FutexGate();
        var partner =
                Thread.ofPlatform()
                        .daemon()
                        .start(() -> {
                            while (true) {
                                there.await();
                                here.signal();
                            }
                        });
        handOver(here, there, WARM_UP);
        long before = threads.getCurrentThreadAllocatedBytes();
        long partnerBefore = threads.getThreadAllocatedBytes(partner.threadId());
        handOver(here, there, ROUNDS);
        long mine = threads.getCurrentThreadAllocatedBytes() - before;
        long partners = threads.getThreadAllocatedBytes(partner.threadId()) - partnerBefore;
        assertTrue(mine < SLACK_BYTES, () -> mine + " B in " + ROUNDS + " hand-overs");
        assertTrue(partners < SLACK_BYTES, () -> partners + " B in " + ROUNDS + " hand-overs");
    }

    private static void handOver(Gate here, Gate there, int rounds) {
        for (int i = 0; i < rounds; i++) {
            there.signal();
            if ((i & 1) == 0) {
                here.await();
            } else {
                here.awaitNanos(Long.MAX_VALUE / 2);
            }
        }
    }
}
