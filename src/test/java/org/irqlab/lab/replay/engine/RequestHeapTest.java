package org.irqlab.lab.replay.engine;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.hw.cpu.PolledDevice;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.PriorityQueue;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;

@Timeout(value = 60, unit = TimeUnit.SECONDS)
class RequestHeapTest {
    private static final int SEEDS = 64;
    private static final int OPERATIONS = 256;
    private static final int CAPACITY = 64;

    @Test
    void givesRequestsInTheOrderOfTheirTime() {
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new SplittableRandom(seed);
            var heap = new RequestHeap(CAPACITY);
            var model = new PriorityQueue<Long>();
            for (int i = 0; i < OPERATIONS; i++) {
                if (model.isEmpty() || random.nextInt(5) < 3) {
                    long ns = random.nextLong(1_000);
                    boolean room = model.size() < CAPACITY;
                    var run = new Run(0, 0);
                    run.arrivalNs = ns;
                    assertEquals(room, heap.add(ns, run), "seed " + seed);
                    if (room) {
                        model.add(ns);
                    }
                } else {
                    assertEquals(model.peek(), heap.firstNs(), "seed " + seed);
                    assertEquals(model.poll(), heap.remove().arrivalNs, "seed " + seed);
                }
            }
            assertEquals(model.isEmpty(), heap.isEmpty());
        }
    }

    @Test
    void isNeverDueWhenEmpty() {
        var heap = new RequestHeap(1);
        assertEquals(PolledDevice.NEVER, heap.firstNs());
        assertTrue(heap.add(5, new Run(0, 0)));
        assertFalse(heap.add(6, new Run(0, 0)), "full");
        heap.remove();
        assertEquals(PolledDevice.NEVER, heap.firstNs());
    }
}
