package org.irqlab.host;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.VarHandle;
import java.lang.ref.Reference;

/**
 * A gate that is one Linux futex: the cheapest blocking hand-over between two threads on one core.
 *
 * <pre>
 *            signal()                   signal(), + FUTEX_WAKE
 *   EMPTY ------------> SIGNALLED <---------------------------- WAITING
 *     ^                     |                                      ^
 *     +---- consumed by the owner ----+      owner, before FUTEX_WAIT |
 *     +---------------------------------------------------------------+
 * </pre>
 *
 * The owner sets WAITING and asks the kernel to sleep <em>if the word still is WAITING</em>. The
 * kernel compares under the lock which a waker also takes, so a signal between the two finds either
 * a sleeper to wake, or makes the comparison fail. A signal that does not find WAITING makes no
 * system call. Early returns of the kernel (EINTR, EAGAIN, stray wake-ups) are not told apart: the
 * word alone says whether there was a signal.
 *
 * <p>The word and the wait's timeout live in native memory, 128-byte aligned and alone on their two
 * cache lines; no call allocates.
 *
 * @see "Linux, futex(2): FUTEX_WAIT, FUTEX_WAKE, FUTEX_PRIVATE_FLAG"
 */
public final class FutexGate implements Gate {
    private static final int EMPTY = 0;
    private static final int SIGNALLED = 1;
    private static final int WAITING = 2;
    private static final long ALIGN_BYTES =
            128; // two lines: the adjacent-line prefetcher pairs them
    private static final long WORD = 0;
    private static final long TIMEOUT_SECONDS = 64;
    private static final long TIMEOUT_NANOS = 72;
    private static final long NS_PER_SECOND = 1_000_000_000L;
    private static final VarHandle STATE = ValueLayout.JAVA_INT.varHandle();

    // The word: any thread, through STATE. The timeout: owner only.
    private final MemorySegment memory;
    private final long wordAddress;

    FutexGate() {
        memory = Arena.ofAuto().allocate(ALIGN_BYTES, ALIGN_BYTES);
        wordAddress = memory.address();
    }

    /** Returns whether this host has futexes which this process may use. */
    static boolean available() {
        if (!LinuxCalls.AVAILABLE) {
            return false;
        }
        var probe = new FutexGate();
        long woken = LinuxCalls.futexWake(probe.wordAddress, 1);
        Reference.reachabilityFence(probe.memory);
        return woken == 0;
    }

    /** Returns where the word is, for a wake-up that is no signal. */
    long wordAddress() {
        return wordAddress;
    }

    @Override
    @HotPath
    public void await() {
        // Pairs with the exchange in signal().
        if (STATE.compareAndSet(memory, WORD, EMPTY, WAITING)) {
            do {
                LinuxCalls.futexWait(wordAddress, WAITING, 0L);
            } while ((int) STATE.getAcquire(memory, WORD) == WAITING);
        }
        consume();
    }

    @Override
    @HotPath
    public boolean awaitNanos(long timeoutNs) {
        // Pairs with the exchange in signal().
        if (STATE.compareAndSet(memory, WORD, SIGNALLED, EMPTY)) {
            return true;
        }
        return timeoutNs > 0 && waitUntil(HostClock.nowNs() + timeoutNs);
    }

    private boolean waitUntil(long deadlineNs) {
        // Pairs with the exchange in signal().
        if (STATE.compareAndSet(memory, WORD, EMPTY, WAITING)) {
            do {
                long leftNs = deadlineNs - HostClock.nowNs();
                if (leftNs <= 0) {
                    break;
                }
                memory.set(ValueLayout.JAVA_LONG, TIMEOUT_SECONDS, leftNs / NS_PER_SECOND);
                memory.set(ValueLayout.JAVA_LONG, TIMEOUT_NANOS, leftNs % NS_PER_SECOND);
                LinuxCalls.futexWait(wordAddress, WAITING, wordAddress + TIMEOUT_SECONDS);
            } while ((int) STATE.getAcquire(memory, WORD) == WAITING);
        }
        return consume();
    }

    /** Ends a wait; takes the signal with it if there is one, also one that just came in. */
    private boolean consume() {
        // An exchange, not a store: it must read, so acquire, the last of several signals which it
        // takes away. Pairs with the exchange in signal().
        boolean signalled = (int) STATE.getAndSet(memory, WORD, EMPTY) == SIGNALLED;
        Reference.reachabilityFence(memory);
        return signalled;
    }

    @Override
    @HotPath
    public void signal() {
        // Full fence. Pairs with the compare-and-sets and the exchange of the waits; who takes
        // WAITING away is the one that must wake.
        if ((int) STATE.getAndSet(memory, WORD, SIGNALLED) == WAITING) {
            LinuxCalls.futexWake(wordAddress, 1);
            Reference.reachabilityFence(memory);
        }
    }
}
