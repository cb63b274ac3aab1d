package org.irqlab.kernel.locking;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.irqlab.support.Threads;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import java.util.Arrays;
import java.util.concurrent.TimeUnit;

@Timeout(value = 30, unit = TimeUnit.SECONDS)
class RawSpinLockTest {
    private final RawSpinLock lock = new RawSpinLock();

    @Test
    void isHeldByOneOwnerAtATime() {
        assertTrue(lock.tryLock(0));
        assertTrue(lock.heldBy(0));
        assertFalse(lock.tryLock(1));
        lock.unlock(0);
        assertFalse(lock.heldBy(0));
        assertTrue(lock.tryLock(1));
    }

    @Test
    void reportsAnOwnerThatTakesItTwice() {
        lock.lock(2);
        var bug = assertThrows(IllegalStateException.class, () -> lock.lock(2));
        assertEquals("invariant broken: spin lock taken twice by owner=2", bug.getMessage());
    }

    @Test
    void reportsAnUnlockByAStranger() {
        lock.lock(2);
        assertThrows(IllegalStateException.class, () -> lock.unlock(3));
    }

    @Test
    void letsTheWaiterInWhenItIsGivenBack() throws InterruptedException {
        lock.lock(0);
        var waiter = new Thread(() -> lock.lock(1));
        waiter.start();
        Threads.await("spins", () -> spins(waiter));
        assertTrue(lock.heldBy(0));
        lock.unlock(0);
        waiter.join();
        assertTrue(lock.heldBy(1));
    }

    private static boolean spins(Thread thread) {
        return Arrays.stream(thread.getStackTrace())
                .anyMatch(frame -> frame.getMethodName().equals("awaitFree"));
    }
}
