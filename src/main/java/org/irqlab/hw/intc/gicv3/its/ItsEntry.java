package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.locks.LockSupport;

/**
 * One event's entry in an interrupt translation table: where its messages go, and how many are on
 * their way there.
 *
 * <p>The pending state is in the redistributors, so translating and triggering are two steps, and a
 * command that moves or discards an event must not do its work between them: a message that has
 * read the old mapping would set a pending bit behind its back. Hence
 *
 * <pre>
 *   message: before = getAndAdd(word, one entered); trigger(target(before)); left[generation]++
 *   command: before = getAndSet(word, new target, other generation, none entered)
 *            wait until left[generation(before)] == entered(before); then look at the pending bit
 * </pre>
 *
 * <p>Why nothing escapes: target and number of messages entered are one word, so each message comes
 * either before the exchange, and is counted in what it returns, or after it, and sees the new
 * target. There is no third case, and no fence between two words on which it would rest. The
 * counting in {@code left} releases, the waiting acquires, so the trigger of every message that
 * used the old target happens before the command looks at the pending bit. From then on no message
 * can ever use that target: the INTID may be given to another event without meeting a latecomer.
 *
 * <p>Two generations suffice because the command waits: before the word returns to a generation,
 * all that entered it have left. The counters are 16 bits of unsigned arithmetic; they are equal
 * while messages are on their way only if 65,536 threads are, at one event.
 *
 * <p>Rejected: a message that reads the mapping, triggers, reads it again and repairs what it did
 * if it has changed. It is one atomic operation cheaper or two, but the old CPU may take the
 * interrupt after SYNC, and after a DISCARD the repair may take away the pending bit of the event
 * that has been given the INTID meanwhile.
 *
 * <p><b>Threads.</b> {@link #enter} and {@link #leave}: any. Everything else: whoever executes
 * commands, one at a time.
 *
 * <p><b>Progress.</b> A message is wait-free: two additions, never repeated. A command waits for
 * messages that have entered, as SYNC does on hardware: for as long as their threads need between
 * {@link #enter} and {@link #leave}.
 */
final class ItsEntry {
    /** Target: no mapping. */
    static final long UNMAPPED = 0;

    /** Target: there may be a mapping, but the service is switched off. */
    static final long DISABLED = 1L << 32;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    // Two cache lines: the adjacent-line prefetcher pairs lines.
    private static final int PADDING = 128 / Long.BYTES;
    private static final int MAPPING = PADDING;
    private static final int LEFT = MAPPING + 1;

    // The mapping: INTID 31:0, redistributor 46:32, generation 47, entered 63:48.
    private static final int REDISTRIBUTOR_SHIFT = 32;
    private static final int MAX_REDISTRIBUTORS = 1 << 15;
    private static final int GENERATION_SHIFT = 47;
    private static final long GENERATION = 1L << GENERATION_SHIFT;
    private static final int ENTERED_SHIFT = 48;
    private static final long ENTERED_ONE = 1L << ENTERED_SHIFT;
    private static final long TARGET = GENERATION - 1;
    private static final long COUNT = 0xffff;

    private static final int SPINS = 1_000;
    private static final long PARK_NS = 20_000;

    // Any thread, through WORD.
    private final long[] words = new long[LEFT + 2 + PADDING];
    // Executor of commands only.
    private boolean valid;
    private int intId;
    private int collection;

    /** The target that stands for an LPI at a redistributor. */
    static long target(int redistributor, int intId) {
        if (Checks.ON) {
            Checks.invariant(
                    intId > 0 && redistributor >= 0 && redistributor < MAX_REDISTRIBUTORS,
                    "I-15 target " + redistributor + " INTID " + intId);
        }
        return (long) redistributor << REDISTRIBUTOR_SHIFT | intId;
    }

    /**
     * A message enters: from here to {@link #leave} the target that it got stays in force.
     *
     * @return the mapping, for the methods below; to be handed to {@link #leave}
     */
    @HotPath
    long enter() {
        // Also an acquire: pairs with the exchange in exchange().
        return (long) WORD.getAndAdd(words, MAPPING, ENTERED_ONE);
    }

    /** A message that got {@code mapping} has done its work. */
    @HotPath
    void leave(long mapping) {
        // Pairs with the acquire in drained(): the trigger before it is over.
        WORD.getAndAddRelease(words, LEFT + generation(mapping), 1L);
    }

    /** Whether there is somewhere to go. */
    static boolean mapped(long mapping) {
        return (int) mapping != 0;
    }

    /** Whether there is nowhere to go because the service is switched off. */
    static boolean disabled(long mapping) {
        return (mapping & TARGET) == DISABLED;
    }

    static int intId(long mapping) {
        return (int) mapping;
    }

    static int redistributor(long mapping) {
        return (int) (mapping >>> REDISTRIBUTOR_SHIFT) & MAX_REDISTRIBUTORS - 1;
    }

    private static int generation(long mapping) {
        return (int) (mapping >>> GENERATION_SHIFT) & 1;
    }

    /**
     * Lets messages go to {@code target} from now on.
     *
     * @ordering when it returns, no message is on its way to the old target and all that were are
     *     over: their triggers happened before
     */
    void retarget(long target) {
        if ((current() & TARGET) == target) {
            return;
        }
        long before = exchange(target);
        for (int spins = 0; !drained(before); spins++) {
            if (spins < SPINS) {
                Thread.onSpinWait();
            } else {
                // The message's thread may need this very core.
                LockSupport.parkNanos(this, PARK_NS);
            }
        }
    }

    /** The first step of {@link #retarget}: messages that come now see the new target. */
    long exchange(long target) {
        long next = target | ~current() & GENERATION;
        // Acquires and releases: pairs with the addition in enter().
        return (long) WORD.getAndSet(words, MAPPING, next);
    }

    /** The second step of {@link #retarget}: whether all that entered {@code before} have left. */
    boolean drained(long before) {
        int left = LEFT + generation(before);
        if (((long) WORD.getAcquire(words, left) & COUNT) != before >>> ENTERED_SHIFT) {
            return false;
        }
        // Nobody is in this generation; those that enter it next get here by the next exchange.
        WORD.setOpaque(words, left, 0L);
        return true;
    }

    private long current() {
        // Only the caller changes what it looks at: target and generation.
        return (long) WORD.getOpaque(words, MAPPING);
    }

    /** Writes the entry; messages follow it by {@link #retarget}. */
    void map(int newIntId, int newCollection) {
        valid = true;
        intId = newIntId;
        collection = newCollection;
    }

    /** Empties the entry; messages follow it by {@link #retarget}. */
    void unmap() {
        valid = false;
    }

    boolean valid() {
        return valid;
    }

    int intId() {
        return intId;
    }

    int collection() {
        return collection;
    }
}
