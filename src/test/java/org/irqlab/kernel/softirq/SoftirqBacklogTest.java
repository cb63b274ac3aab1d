package org.irqlab.kernel.softirq;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class SoftirqBacklogTest {
    private static final int PRODUCERS = 3;
    private static final int ITEMS = 20_000;

    @Test
    void handsItemsOutOldestFirst() {
        var backlog = new SoftirqBacklog<String>(4);
        assertNull(backlog.poll());
        assertTrue(backlog.offer("a"));
        assertTrue(backlog.offer("b"));
        assertEquals(2, backlog.size());
        assertEquals("a", backlog.poll());
        assertEquals("b", backlog.poll());
        assertNull(backlog.poll());
    }

    @Test
    void refusesAnItemWhenFullAndTakesOneAgainAfterAPoll() {
        var backlog = new SoftirqBacklog<Integer>(4);
        for (int i = 0; i < 4; i++) {
            assertTrue(backlog.offer(i));
        }
        assertFalse(backlog.offer(4));
        assertEquals(0, backlog.poll());
        assertTrue(backlog.offer(5));
        assertEquals(4, backlog.size());
    }

    private record Item(int producer, int number, int[] payload) {}

    @Test
    void losesNothingOfSeveralProducersAndKeepsTheOrderOfEach() throws InterruptedException {
        var backlog = new SoftirqBacklog<Item>(64);
        var threads = new ArrayList<Thread>();
        for (int p = 0; p < PRODUCERS; p++) {
            int producer = p;
            threads.add(Thread.ofPlatform().start(() -> produce(backlog, producer)));
        }
        int[] next = new int[PRODUCERS];
        for (int seen = 0; seen < PRODUCERS * ITEMS; ) {
            Item item = backlog.poll();
            if (item == null) {
                Thread.yield();
                continue;
            }
            assertEquals(next[item.producer]++, item.number);
            assertEquals(item.number, item.payload[0], "written before the offer");
            seen++;
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertNull(backlog.poll());
        assertEquals(List.of(ITEMS, ITEMS, ITEMS), Arrays.stream(next).boxed().toList());
    }

    private static void produce(SoftirqBacklog<Item> backlog, int producer) {
        for (int i = 0; i < ITEMS; i++) {
            var item = new Item(producer, i, new int[1]);
            item.payload[0] = i;
            while (!backlog.offer(item)) {
                Thread.yield();
            }
        }
    }
}
