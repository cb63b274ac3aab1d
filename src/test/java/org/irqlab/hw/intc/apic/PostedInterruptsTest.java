package org.irqlab.hw.intc.apic;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;

@Timeout(60)
class PostedInterruptsTest {
    private static final int NOTIFICATION = PostedInterrupts.NOTIFICATION_VECTOR;
    private static final int POSTS = 300_000;

    private final LocalApic apic = new ApicController(List.of(() -> {})).port(0);
    private final PostedInterrupts posted = new PostedInterrupts(apic, NOTIFICATION);
    private final List<Integer> run = new ArrayList<>();

    @Test
    void notifiesOnceForWhatIsPostedUntilItIsHandled() {
        assertSame(FireOutcome.LATCHED, posted.post(0x41));
        assertSame(FireOutcome.LATCHED, posted.post(0xd2));
        assertSame(FireOutcome.COALESCED, posted.post(0x41));
        assertEquals(1, posted.notifications());
        assertEquals(2, posted.pending());
        assertEquals(NOTIFICATION, apic.acknowledge());
        assertEquals(2, posted.handle(run::add));
        apic.endOfInterrupt();
        assertEquals(List.of(0xd2, 0x41), run);
        assertFalse(posted.outstanding());
        assertFalse(apic.requested());
        posted.post(0x41);
        assertEquals(2, posted.notifications());
    }

    @Test
    void scansThreeTimesAtMost() {
        posted.post(0x41);
        int runs = posted.handle(vector -> posted.post(0x41));
        assertEquals(3, runs);
        assertEquals(3, posted.scans());
        assertEquals(1, posted.pending());
        assertTrue(posted.outstanding(), "posted in the last scan, so notified again");
        assertEquals(2, posted.notifications());
    }

    @Test
    void scansTwiceWhenTheFirstLookFindsNothing() {
        assertEquals(0, posted.handle(run::add));
        assertEquals(2, posted.scans());
    }

    @Test
    void refusesVectorsThatTheArchitectureReserves() {
        assertSame(FireOutcome.DROPPED_ILLEGAL_VECTOR, posted.post(15));
        assertSame(FireOutcome.DROPPED_ILLEGAL_VECTOR, posted.post(256));
        assertEquals(0, posted.notifications());
        assertThrows(IllegalArgumentException.class, () -> new PostedInterrupts(apic, 3));
    }

    @Test
    void losesNothingOfTwoProducers() throws InterruptedException {
        var counts = List.of(new FireCounts(), new FireCounts());
        var producers = new ArrayList<Thread>();
        for (int n = 0; n < 2; n++) {
            FireCounts own = counts.get(n);
            int first = 0x30 + 0x20 * n;
            producers.add(
                    new Thread(
                            () -> {
                                for (int post = 0; post < POSTS; post++) {
                                    own.count(posted.post(first + post % 40));
                                }
                            },
                            "producer"));
        }
        producers.forEach(Thread::start);
        long[] runs = {0};
        while (producers.stream().anyMatch(Thread::isAlive) || apic.requested()) {
            if (apic.acknowledge() == NOTIFICATION) {
                posted.handle(vector -> runs[0]++);
                apic.endOfInterrupt();
            }
        }
        for (Thread producer : producers) {
            producer.join();
        }
        long latched =
                counts.get(0).of(FireOutcome.LATCHED) + counts.get(1).of(FireOutcome.LATCHED);
        assertEquals(0, posted.pending(), "left behind with no notification");
        assertFalse(posted.outstanding());
        assertEquals(latched, runs[0]);
        assertEquals(latched, posted.runs());
        assertEquals(2L * POSTS, counts.get(0).fired() + counts.get(1).fired());
    }
}
