package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;

import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RealTimeQueueTest {
    private static final int SEEDS = 128;
    private static final int OPERATIONS = 512;

    private final TestMachine machine = new TestMachine(1);
    private final RealTimeQueue queue = new RealTimeQueue();

    @AfterEach
    void close() {
        machine.close();
    }

    private Task task(int priority) {
        return machine.sleeper(0, "rt/" + priority, TaskPolicy.fifo(priority), self -> {});
    }

    @Test
    void prefersTheHigherPriorityAcrossTheWholeRange() {
        assertNull(queue.first());
        var made = new ArrayList<Task>();
        for (int priority = 1; priority <= 99; priority++) {
            Task task = task(priority);
            made.add(task);
            queue.addLast(task);
            assertSame(task, queue.first());
        }
        for (int priority = 99; priority >= 1; priority--) {
            Task task = made.get(priority - 1);
            assertSame(task, queue.first());
            queue.remove(task);
        }
        assertNull(queue.first());
        assertEquals(0, queue.size());
    }

    @Test
    void keepsAPreemptedTaskAtTheHeadOfItsPriority() {
        Task first = task(50);
        Task second = task(50);
        Task urgent = task(51);
        queue.addLast(first);
        queue.addLast(second);
        queue.addLast(urgent);
        assertSame(urgent, queue.first());
        queue.remove(urgent);
        assertSame(first, queue.first());
        queue.remove(first);
        queue.addLast(first);
        assertSame(second, queue.first(), "who slept goes to the end");
    }

    @Test
    void agreesWithAPlainListInRandomHistories() {
        var all = new ArrayList<Task>();
        int[] priorities = {1, 2, 49, 50, 50, 50, 62, 63, 63, 64, 64, 65, 98, 99, 99};
        for (int priority : priorities) {
            all.add(task(priority));
        }
        for (int seed = 0; seed < SEEDS; seed++) {
            var random = new Random(seed);
            var model = new ArrayList<Task>();
            for (int op = 0; op < OPERATIONS; op++) {
                Task task = all.get(random.nextInt(all.size()));
                if (model.remove(task)) {
                    queue.remove(task);
                } else {
                    model.add(task);
                    queue.addLast(task);
                }
                assertSame(mostUrgent(model), queue.first(), "seed=" + seed + " op=" + op);
                assertEquals(model.size(), queue.size());
            }
            model.forEach(queue::remove);
        }
    }

    /** The first of the highest priority, in the order in which they became runnable. */
    private static Task mostUrgent(List<Task> runnable) {
        Task best = null;
        for (Task task : runnable) {
            if (best == null || task.policy().rtPriority() > best.policy().rtPriority()) {
                best = task;
            }
        }
        return best;
    }
}
