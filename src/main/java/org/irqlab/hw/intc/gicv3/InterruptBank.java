package org.irqlab.hw.intc.gicv3;

import static org.irqlab.hw.intc.gicv3.InterruptWord.LATCH;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A range of interrupts: the machine's SPIs, or one CPU's SGIs and PPIs, or one CPU's LPIs.
 *
 * <p>Every change is a compare-and-set of the interrupt's {@link InterruptWord}, after which an
 * interrupt that is pending and open is offered to the CPU that the new word names. That covers
 * retargeting: the word decides, and names one CPU at a time, so that what was offered to the old
 * CPU is found to be stale there unless that CPU took it first.
 *
 * <p><b>Threads.</b> Any. What a thread wrote before it changed a word is visible to the CPU that
 * takes the interrupt afterwards.
 *
 * <p><b>Progress.</b> Lock-free: a change repeats only if another change of the same interrupt came
 * between.
 */
@HotPath
final class InterruptBank {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(int[].class);
    // Two cache lines: the adjacent-line prefetcher pairs lines.
    private static final int PADDING = 128 / Integer.BYTES;
    private static final int ONE_PER_CACHE_LINE = 4;

    private final int first;
    private final int count;
    private final int shift;
    private final boolean lpi;
    private final int levelShift;
    private final int priorityMask;
    private final CpuRequests[] requests;

    // Any thread, through WORD.
    private final int[] words;

    private InterruptBank(
            int first, int count, int shift, GicSettings settings, CpuRequests[] requests) {
        this.first = first;
        this.count = count;
        this.shift = shift;
        this.lpi = first == IntIds.FIRST_LPI;
        this.levelShift = Byte.SIZE - settings.priorityBits();
        this.priorityMask = settings.priorityMask();
        this.requests = requests;
        words = new int[PADDING + (count << shift) + PADDING];
    }

    /** Interrupts that different CPUs take, each on a cache line of its own. */
    static InterruptBank wired(int first, int count, GicSettings settings, CpuRequests[] requests) {
        return new InterruptBank(first, count, ONE_PER_CACHE_LINE, settings, requests);
    }

    /** The LPIs of one CPU: there are many, and no other CPU's are next to them. */
    static InterruptBank lpis(GicSettings settings, CpuRequests[] requests) {
        return new InterruptBank(IntIds.FIRST_LPI, settings.lpis(), 0, settings, requests);
    }

    int first() {
        return first;
    }

    int count() {
        return count;
    }

    boolean has(int intid) {
        return intid >= first && intid < first + count;
    }

    private int index(int intid) {
        return PADDING + (intid - first << shift);
    }

    /** The word of one interrupt, as of now. */
    int word(int intid) {
        return (int) WORD.getVolatile(words, index(intid));
    }

    /** Sets the word of an interrupt that nobody uses yet. */
    void initialise(int intid, int word) {
        WORD.setVolatile(words, index(intid), word);
    }

    /**
     * Clears some bits and sets others, then offers the interrupt if it is pending. Always a
     * read-modify-write, also where nothing changes: a mere load would let the caller's earlier
     * stores reach the handler too late.
     *
     * @return the word before
     */
    int update(int intid, int clear, int set) {
        int index = index(intid);
        int before = (int) WORD.getOpaque(words, index);
        while (true) {
            int after = before & ~clear | set;
            int witness = (int) WORD.compareAndExchange(words, index, before, after);
            if (witness == before) {
                offer(intid, after);
                if (InterruptWord.group(before) == 0) {
                    reveal(before);
                }
                return before;
            }
            before = witness;
        }
    }

    /**
     * Makes a CPU look again from which a request of group 0 may have gone: what it kept group 1
     * waiting for may be deliverable now, and the CPU may be halted.
     */
    private void reveal(int before) {
        int target = InterruptWord.target(before);
        if (InterruptWord.eligible(before) && target != InterruptWord.NOBODY) {
            requests[target].ring();
        }
    }

    /** Replaces a word that is still {@code before}; takes interrupts, so it offers nothing. */
    boolean replace(int intid, int before, int after) {
        // Acquires what was written before each change of the word, also one that found it pending.
        return WORD.compareAndSet(words, index(intid), before, after);
    }

    /** Offers the interrupt to its target if {@code word} has it pending and open. */
    void offer(int intid, int word) {
        if (!InterruptWord.pending(word) || !InterruptWord.open(word)) {
            return;
        }
        int target = InterruptWord.target(word);
        // Also while it is active: such a request is not deliverable yet, but it is requested.
        if (target != InterruptWord.NOBODY) {
            int slot = lpi ? intid - IntIds.FIRST_LPI : intid;
            requests[target].offer(lpi, InterruptWord.priority(word) >>> levelShift, slot);
        }
    }

    /** Latches a request, as an edge, an SGI, a message or a set-pending write does. */
    FireOutcome latch(int intid) {
        return outcome(update(intid, 0, LATCH));
    }

    /** What a fire came to that found the interrupt in this state. */
    private static FireOutcome outcome(int before) {
        boolean pending = InterruptWord.pending(before);
        if (InterruptWord.open(before)) {
            return pending ? FireOutcome.COALESCED : FireOutcome.LATCHED;
        }
        return pending ? FireOutcome.COALESCED_MASKED : FireOutcome.PENDED_MASKED;
    }

    /**
     * Latches a request that only members of one group take, as an SGI.
     *
     * @return as {@link #latch}, or {@link FireOutcome#DROPPED_DISABLED} if it is in another group
     */
    FireOutcome latchInGroup(int intid, int group) {
        int index = index(intid);
        int before = (int) WORD.getOpaque(words, index);
        while (true) {
            boolean member = InterruptWord.group(before) == group;
            int after = member ? before | LATCH : before;
            int witness = (int) WORD.compareAndExchange(words, index, before, after);
            if (witness == before) {
                if (!member) {
                    return FireOutcome.DROPPED_DISABLED;
                }
                offer(intid, after);
                return outcome(before);
            }
            before = witness;
        }
    }

    /**
     * The input goes high. An edge latches a request, a level is one.
     *
     * @return as {@link #latch}; an input that was high already makes no new request
     */
    FireOutcome raiseLine(int intid) {
        int index = index(intid);
        int before = (int) WORD.getOpaque(words, index);
        while (true) {
            boolean rises = (before & InterruptWord.LINE) == 0;
            boolean edge = (before & InterruptWord.EDGE) != 0;
            int after = before | InterruptWord.LINE | (rises && edge ? LATCH : 0);
            int witness = (int) WORD.compareAndExchange(words, index, before, after);
            if (witness == before) {
                offer(intid, after);
                return outcome(rises ? before : before | LATCH);
            }
            before = witness;
        }
    }

    /** The input goes low: whether that withdraws a request. */
    boolean lowerLine(int intid) {
        return withdraws(update(intid, InterruptWord.LINE, 0), InterruptWord.LINE);
    }

    /** Clears the latch: whether that withdraws a request. A high level goes on requesting. */
    boolean clearLatch(int intid) {
        return withdraws(update(intid, LATCH, 0), LATCH);
    }

    private static boolean withdraws(int before, int cleared) {
        return InterruptWord.pending(before) && !InterruptWord.pending(before & ~cleared);
    }

    /** Ends the active state, after which a pending interrupt is offered: whether it was active. */
    boolean deactivate(int intid) {
        return InterruptWord.active(update(intid, InterruptWord.ACTIVE, 0));
    }

    /** Sets the priority; bits that are not implemented are dropped. */
    void setPriority(int intid, int priority) {
        int bits = (priority & priorityMask) << InterruptWord.PRIORITY_SHIFT;
        update(intid, InterruptWord.PRIORITY, bits);
    }

    /** Offers every interrupt of one CPU again, after that CPU could not take some of them. */
    void offerAll(int cpu) {
        for (int intid = first; intid < first + count; intid++) {
            int word = word(intid);
            if (InterruptWord.target(word) == cpu) {
                offer(intid, word);
            }
        }
    }

    /** Copies the distributor's group enables into every word. */
    void forward(boolean group0, boolean group1) {
        for (int intid = first; intid < first + count; intid++) {
            boolean forwarded = InterruptWord.group(word(intid)) == 0 ? group0 : group1;
            update(
                    intid,
                    forwarded ? 0 : InterruptWord.FORWARDED,
                    forwarded ? InterruptWord.FORWARDED : 0);
        }
    }

    /** Number of pending interrupts. */
    int pending() {
        int pending = 0;
        for (int intid = first; intid < first + count; intid++) {
            pending += InterruptWord.pending(word(intid)) ? 1 : 0;
        }
        return pending;
    }
}
