package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuKick;
import org.irqlab.hw.intc.FireOutcome;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The part of one local APIC that producers write: interrupt request register (IRR), trigger mode
 * register (TMR), received errors, and whether the CPU has declared itself halted.
 *
 * <p><b>Threads.</b> {@link #accept}, {@link #acceptLevel} and {@link #recordError}: any. The rest:
 * the CPU's owner.
 *
 * <p><b>Progress.</b> Lock-free: an accept repeats only if another accept or acknowledge of the
 * same 64 vectors came between. (The JVM has no fetch-and-OR instruction; its own is a loop too,
 * which first loads the word. Guessing an idle word instead saves fetching the cache line twice.)
 */
@HotPath
final class RequestRegister {
    /** Error status bits. */
    static final int SEND_ILLEGAL_VECTOR = 1 << 5;

    static final int RECEIVED_ILLEGAL_VECTOR = 1 << 6;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    // Two cache lines: the adjacent-line prefetcher pairs lines.
    private static final int PADDING = 128 / Long.BYTES;
    private static final int IRR = PADDING;
    // Next to the IRR on purpose: an accept owns that cache line when it looks here.
    private static final int HALTED = IRR + Vectors.WORDS;
    // Rarely written, so apart from the line that every fire writes.
    private static final int TMR = HALTED + PADDING;
    private static final int ERRORS = TMR + Vectors.WORDS;

    // Any thread, through WORD.
    private final long[] words = new long[ERRORS + PADDING];
    private final CpuKick kick;

    RequestRegister(CpuKick kick) {
        this.kick = kick;
    }

    /** Latches an edge-triggered request. */
    FireOutcome accept(int vector) {
        if (!Vectors.legal(vector)) {
            recordError(RECEIVED_ILLEGAL_VECTOR);
            return FireOutcome.DROPPED_ILLEGAL_VECTOR;
        }
        long bit = Vectors.bit(vector);
        long before = or(IRR + Vectors.word(vector), bit);
        // The OR is a full fence and pairs with the one in tryHalt(): either this sees a halted
        // CPU, or the CPU sees the request.
        if ((long) WORD.getVolatile(words, HALTED) != 0) {
            wake();
        }
        return (before & bit) == 0 ? FireOutcome.LATCHED : FireOutcome.COALESCED;
    }

    /**
     * Latches a level-triggered request.
     *
     * <p>SIMPLIFIED: an edge does not clear the TMR bit that an earlier level set. Linux gives a
     * vector one trigger mode for as long as it is in use, and this keeps edges to one atomic
     * operation.
     */
    FireOutcome acceptLevel(int vector) {
        if (Vectors.legal(vector)) {
            // Before the request, so that the owner who takes it finds the mode.
            or(TMR + Vectors.word(vector), Vectors.bit(vector));
        }
        return accept(vector);
    }

    /**
     * Sets bits and returns what the word held. Always a read-modify-write, also for bits that are
     * set: a mere load would let the producer's earlier stores reach the handler too late.
     */
    private long or(int slot, long bits) {
        long expected = 0;
        while (true) {
            long witness = (long) WORD.compareAndExchange(words, slot, expected, expected | bits);
            if (witness == expected) {
                return witness;
            }
            expected = witness;
        }
    }

    private void wake() {
        // One winner among the requesters, so one kick for each time the CPU halted.
        if (WORD.compareAndSet(words, HALTED, 1L, 0L)) {
            kick.kick();
        }
    }

    /** Whether any request is latched. */
    boolean any() {
        return ((long) WORD.getOpaque(words, IRR)
                        | (long) WORD.getOpaque(words, IRR + 1)
                        | (long) WORD.getOpaque(words, IRR + 2)
                        | (long) WORD.getOpaque(words, IRR + 3))
                != 0;
    }

    /** The highest latched vector (IRRV), or {@link Vectors#NONE}. */
    int highest() {
        for (int word = Vectors.WORDS - 1; word >= 0; word--) {
            long bits = (long) WORD.getOpaque(words, IRR + word);
            if (bits != 0) {
                return Vectors.highest(word, bits);
            }
        }
        return Vectors.NONE;
    }

    /** Clears the request and says whether there was one. */
    boolean take(int vector) {
        long bit = Vectors.bit(vector);
        // Acquires what the requesters released with their OR. A fire that finds the bit still set
        // came before this in the order of the word, so its stores are visible from here on too.
        long before = (long) WORD.getAndBitwiseAnd(words, IRR + Vectors.word(vector), ~bit);
        return (before & bit) != 0;
    }

    /** Whether {@code vector} was last requested by a level. */
    boolean level(int vector) {
        long bits = (long) WORD.getOpaque(words, TMR + Vectors.word(vector));
        return (bits & Vectors.bit(vector)) != 0;
    }

    /** Declares the CPU halted; the caller then looks at the requests again. */
    void halt() {
        WORD.setOpaque(words, HALTED, 1L);
        // Pairs with the OR in accept().
        VarHandle.fullFence();
    }

    /** Ends the halted state. A requester that still sees it kicks a CPU that runs: harmless. */
    void resumed() {
        WORD.setOpaque(words, HALTED, 0L);
    }

    boolean halted() {
        return (long) WORD.getOpaque(words, HALTED) != 0;
    }

    /** Adds bits to the errors that the owner has not read yet. */
    void recordError(int bits) {
        or(ERRORS, bits);
    }

    /** Returns the errors recorded since the last call, and clears them. */
    int takeErrors() {
        return (int) (long) WORD.getAndSet(words, ERRORS, 0L);
    }

    /** 32 bits of the IRR, as the register at offset 0x200 + 0x10 × {@code index} shows them. */
    int irr(int index) {
        return half(IRR, index);
    }

    /** 32 bits of the TMR, as the register at offset 0x180 + 0x10 × {@code index} shows them. */
    int tmr(int index) {
        return half(TMR, index);
    }

    private int half(int base, int index) {
        long bits = (long) WORD.getOpaque(words, base + (index >> 1));
        return (int) (bits >>> ((index & 1) * Integer.SIZE));
    }

    /** Number of latched requests. */
    int count() {
        int count = 0;
        for (int word = 0; word < Vectors.WORDS; word++) {
            count += Long.bitCount((long) WORD.getOpaque(words, IRR + word));
        }
        return count;
    }

    /** Discards all requests and trigger modes, and returns how many requests there were. */
    int clear() {
        int discarded = 0;
        for (int word = 0; word < Vectors.WORDS; word++) {
            discarded += Long.bitCount((long) WORD.getAndSet(words, IRR + word, 0L));
            WORD.setOpaque(words, TMR + word, 0L);
        }
        return discarded;
    }
}
