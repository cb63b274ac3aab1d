package org.irqlab.hw.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.pci.MsixTable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.concurrent.atomic.AtomicLong;

@Timeout(30)
class ReceiveQueueTest {
    private static final int SLOTS = 8;

    private final ReceiveQueue queue =
            new ReceiveQueue(SLOTS, new MsixTable(1, (address, data) -> FireOutcome.LATCHED, 0), 0);

    private void receive(int frames, long nowNs) {
        for (int i = 0; i < frames; i++) {
            queue.receive(nowNs, i, nowNs);
        }
    }

    @Test
    void interruptsOnceForManyFramesAndMasksItself() {
        queue.unmask();
        receive(3, 0);
        assertEquals(1, queue.fired());
        assertTrue(queue.masked());
    }

    @Test
    void interruptsAtTheUnmaskingForWhatCameWhileItWasMasked() {
        receive(1, 0);
        assertEquals(0, queue.fired());
        queue.unmask();
        assertEquals(1, queue.firedByUnmask());
        queue.unmask();
        assertEquals(1, queue.fired(), "nothing has come since");
    }

    @Test
    void waitsForTheNumberOfFrames() {
        queue.setModeration(new Moderation(100, 4));
        queue.unmask();
        receive(3, 0);
        assertEquals(0, queue.fired());
        receive(1, 0);
        assertEquals(1, queue.fired());
    }

    @Test
    void waitsForTheTimeSinceTheFirstFrame() {
        queue.setModeration(new Moderation(100, 0));
        queue.unmask();
        queue.advance(1_000_000);
        receive(1, 1_000_000);
        queue.advance(1_099_999);
        assertEquals(0, queue.fired());
        receive(1, 1_099_999);
        assertEquals(0, queue.fired());
        queue.advance(1_100_000);
        assertEquals(1, queue.fired());
    }

    @Test
    void losesFramesThatFindTheRingFull() {
        receive(SLOTS + 2, 0);
        assertEquals(SLOTS + 2, queue.received());
        assertEquals(2, queue.dropped());
        assertEquals(SLOTS, queue.ring().available());
    }

    @Test
    void handsFramesOutInOrder() throws InterruptedException {
        var ring = new ReceiveRing(16);
        int frames = 100_000;
        var wrong = new AtomicLong();
        var consumer =
                Thread.ofPlatform()
                        .start(() -> {
                            for (long i = 0; i < frames; ) {
                                if (ring.available() == 0) {
                                    Thread.yield();
                                    continue;
                                }
                                if (ring.word() != i || ring.stampNs() != -i) {
                                    wrong.getAndIncrement();
                                }
                                ring.consume();
                                i++;
                            }
                        });
        for (long i = 0; i < frames; ) {
            if (ring.offer(-i, i)) {
                i++;
            } else {
                Thread.yield();
            }
        }
        consumer.join();
        assertEquals(0, wrong.get());
        assertEquals(frames, ring.consumed());
        assertFalse(ring.available() > 0);
    }

    @Test
    void refusesARingThatIsNoPowerOfTwo() {
        assertThrows(IllegalArgumentException.class, () -> new ReceiveRing(12));
        assertThrows(IllegalArgumentException.class, () -> new Moderation(-1, 0));
    }
}
