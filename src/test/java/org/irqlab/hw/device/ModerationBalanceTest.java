package org.irqlab.hw.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.pci.MsixTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.TimeUnit;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ModerationBalanceTest {
    private static final int SLOTS = 512;
    private static final int ROUNDS = ModerationBalance.LEAST;

    private final ReceiveQueue queue =
            new ReceiveQueue(SLOTS, new MsixTable(1, (address, data) -> FireOutcome.LATCHED, 0), 0);

    private ModerationBalance after(int usecs, int frames, int rounds) {
        queue.setModeration(new Moderation(usecs, 0));
        for (int n = 0; n < rounds; n++) {
            for (int f = 0; f < frames; f++) {
                queue.receive(0, f, 0);
            }
            queue.advance(usecs * 1_000L);
        }
        return ModerationBalance.of(queue);
    }

    @Test
    void findsADelayThatIsWaitedOutForOneFrame() {
        assertFalse(after(100, 1, ROUNDS - 1).mismatched(), "too few");
        var balance = after(100, 1, 1);
        assertEquals(new ModerationBalance(ROUNDS, ROUNDS, ROUNDS), balance);
        assertTrue(balance.mismatched());
        assertEquals(1, balance.interruptsPerFrame());
    }

    @Test
    void acceptsADelayThatGathersFramesAndNoDelay() {
        var stream = after(100, 4, ROUNDS);
        assertEquals(new ModerationBalance(4 * ROUNDS, ROUNDS, 0), stream);
        assertFalse(stream.mismatched());
        assertEquals(0.25, stream.interruptsPerFrame());
        var atOnce = after(0, 1, ROUNDS).since(stream);
        assertEquals(new ModerationBalance(ROUNDS, ROUNDS, 0), atOnce);
        assertFalse(atOnce.mismatched());
    }

    @Test
    void doesNotCountFramesThatFoundTheRingFull() {
        var balance = after(100, SLOTS + 1, 1);
        assertEquals(new ModerationBalance(SLOTS, 1, 0), balance);
        assertEquals(0, new ModerationBalance(0, 0, 0).interruptsPerFrame());
    }
}
