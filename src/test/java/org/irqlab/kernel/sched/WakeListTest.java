package org.irqlab.kernel.sched;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.TestMachine;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class WakeListTest {
    private static final int ROUNDS = 3_000;

    private final TestMachine machine = new TestMachine(1);
    private final WakeList list = new WakeList();

    @AfterEach
    void close() {
        machine.close();
    }

    private Task task(int n) {
        return machine.sleeper(0, "t/" + n, TaskPolicy.NORMAL, self -> {});
    }

    private static List<Task> linked(Task oldest) {
        var all = new ArrayList<Task>();
        for (Task task = oldest; task != null; task = task.wakeNext) {
            all.add(task);
        }
        return all;
    }

    @Test
    void givesTheOldestFirstAndIsThenEmpty() {
        Task a = task(1);
        Task b = task(2);
        Task c = task(3);
        assertNull(list.takeAll());
        assertTrue(list.push(a), "empty before: the owner has to be told");
        assertFalse(list.push(b));
        assertFalse(list.push(c));
        assertEquals(List.of(a, b, c), linked(list.takeAll()));
        assertNull(list.takeAll());
        assertTrue(list.push(b), "empty again");
        assertEquals(List.of(b), linked(list.takeAll()));
    }

    @Test
    void losesAndDoublesNothingBetweenTwoPushersAndATaker() throws InterruptedException {
        var free = new ConcurrentLinkedQueue<Task>();
        for (int i = 0; i < 8; i++) {
            free.add(task(i));
        }
        var told = new AtomicInteger();
        var pushers = new ArrayList<Thread>();
        for (int p = 0; p < 2; p++) {
            var pusher = new Thread(() -> pushAll(free, told));
            pusher.start();
            pushers.add(pusher);
        }
        int taken = 0;
        int batches = 0;
        while (taken < 2 * ROUNDS) {
            // Detached before they are freed: a free task is pushed, and linked, again.
            var batch = new ArrayDeque<>(linked(list.takeAll()));
            batches += batch.isEmpty() ? 0 : 1;
            if (batch.isEmpty()) {
                Thread.yield();
            }
            taken += batch.size();
            free.addAll(batch);
        }
        for (Thread pusher : pushers) {
            pusher.join();
        }
        assertEquals(2 * ROUNDS, taken);
        assertEquals(batches, told.get(), "each non-empty list has told its owner once");
        assertNull(list.takeAll());
    }

    private void pushAll(ConcurrentLinkedQueue<Task> free, AtomicInteger told) {
        for (int i = 0; i < ROUNDS; i++) {
            Task task = free.poll();
            while (task == null) {
                Thread.yield();
                task = free.poll();
            }
            if (list.push(task)) {
                told.incrementAndGet();
            }
        }
    }
}
