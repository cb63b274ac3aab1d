package org.irqlab.kernel.path;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class OwnCodeShareTest {
    private static final long OWN_NS = 400;

    private final OwnCodeShare share = new OwnCodeShare();

    @Test
    void learnsByHowMuchAPathIsLate() {
        long now = 0;
        for (int i = 0; i < 200; i++) {
            now += 10_000;
            share.burnt(KernelPath.SLEEP, now, false);
            // Burnt to the share before the end, and then the code.
            share.passed(now - share.shareNs(KernelPath.SLEEP) + OWN_NS);
        }
        assertEquals(OWN_NS, share.shareNs(KernelPath.SLEEP), 16);
        assertEquals(0, share.shareNs(KernelPath.THREAD_SLEEP), "each path has its own");
    }

    @Test
    void learnsNothingFromAnInterruptOrFromATracepointOfNoPath() {
        share.burnt(KernelPath.SLEEP, 1_000_000, false);
        share.passed(1_020_000);
        share.passed(1_000_400);
        assertEquals(0, share.shareNs(KernelPath.SLEEP));
    }

    @Test
    void learnsNothingFromAPathThatWasLateNorFromTheOneBefore() {
        share.burnt(KernelPath.BOTTOM_END, 1_000, false);
        share.burnt(KernelPath.SLEEP, 2_000, true);
        share.passed(3_600);
        assertEquals(0, share.shareNs(KernelPath.SLEEP));
        assertEquals(0, share.shareNs(KernelPath.BOTTOM_END));
    }
}
