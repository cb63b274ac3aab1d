package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuKick;
import org.irqlab.hw.intc.FireOutcome;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The part of one local APIC that producers write: interrupt request register (IRR), trigger mode
 * register (TMR), received errors, and whether the CPU has declared itself halted; and what they
 * read of it: mode, logical id, and the error entry of the local vector table.
 *
 * <p><b>Threads.</b> {@link #accept}, {@link #acceptLevel}, {@link #recordError} and the queries of
 * mode and ids: any. The rest: the CPU's owner.
 *
 * <p><b>Progress.</b> Lock-free: an accept repeats only if another accept or acknowledge of the
 * same 64 vectors came between. (The JVM has no fetch-and-OR instruction; its own is a loop too,
 * which first loads the word. Guessing what the last accept found saves fetching the cache line
 * twice: an idle word where fires are rare, the request itself in a storm.)
 */
@HotPath
final class RequestRegister {
    /** Error status bits. */
    static final int SEND_ILLEGAL_VECTOR = 1 << 5;

    static final int RECEIVED_ILLEGAL_VECTOR = 1 << 6;
    static final int ILLEGAL_REGISTER = 1 << 7;

    /** Destination formats, the top four bits of the register. */
    static final int FLAT = 0xf;

    static final int CLUSTER = 0;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    // Two cache lines: the adjacent-line prefetcher pairs lines.
    private static final int PADDING = 128 / Long.BYTES;
    private static final int IRR = PADDING;
    // Rarely written, so apart from the line that every fire and every acknowledge writes: in a
    // storm that line is gone again when an accept looks here.
    private static final int HALTED = IRR + PADDING;
    private static final int TMR = HALTED + 1;
    private static final int ERRORS = TMR + Vectors.WORDS;
    private static final int ERROR_INTERRUPTS = ERRORS + 1;
    // Written by the owner, read by any thread: mode 1:0, destination format 11:8, logical id
    // 63:32.
    private static final int ADDRESSING = ERROR_INTERRUPTS + 1;
    private static final int LVT_ERROR = ADDRESSING + 1;
    // Written by who fires, but only when the guess was wrong.
    private static final int GUESS = LVT_ERROR + PADDING;

    private static final int MODE = 3;
    private static final int FORMAT_SHIFT = 8;

    // Any thread, through WORD.
    private final long[] words = new long[GUESS + Vectors.WORDS + PADDING];
    private final int id;
    private final CpuKick kick;

    RequestRegister(int id, CpuKick kick, ApicMode mode) {
        this.id = id;
        this.kick = kick;
        mode(mode);
        lvtError(Lvt.MASKED);
    }

    /** Latches an edge-triggered request. */
    FireOutcome accept(int vector) {
        if (!Vectors.legal(vector)) {
            recordError(RECEIVED_ILLEGAL_VECTOR);
            return FireOutcome.DROPPED_ILLEGAL_VECTOR;
        }
        long bit = Vectors.bit(vector);
        if (((long) WORD.getOpaque(words, TMR + Vectors.word(vector)) & bit) != 0) {
            WORD.getAndBitwiseAnd(words, TMR + Vectors.word(vector), ~bit);
        }
        return request(vector, bit);
    }

    private FireOutcome request(int vector, long bit) {
        long before = latch(Vectors.word(vector), bit);
        // The OR is a full fence and pairs with the one in tryHalt(): either this sees a halted
        // CPU, or the CPU sees the request.
        if ((long) WORD.getVolatile(words, HALTED) != 0) {
            wake();
        }
        return (before & bit) == 0 ? FireOutcome.LATCHED : FireOutcome.COALESCED;
    }

    /**
     * Latches a level-triggered request. A vector that edges and levels share at the same time can
     * lose the end of a level, as on hardware: the mode is that of the last request.
     */
    FireOutcome acceptLevel(int vector) {
        if (!Vectors.legal(vector)) {
            return accept(vector);
        }
        // Before the request, so that the owner who takes it finds the mode.
        WORD.getAndBitwiseOr(words, TMR + Vectors.word(vector), Vectors.bit(vector));
        return request(vector, Vectors.bit(vector));
    }

    /**
     * Sets a bit of the IRR and returns what the word held. Always a read-modify-write, also for a
     * bit that is set: a mere load would let the producer's earlier stores reach the handler too
     * late.
     */
    private long latch(int word, long bit) {
        // Whatever it is: a wrong guess costs one repetition. Orders nothing.
        long guess = (long) WORD.getOpaque(words, GUESS + word);
        long expected = guess;
        while (true) {
            long after = expected | bit;
            long witness = (long) WORD.compareAndExchange(words, IRR + word, expected, after);
            if (witness == expected) {
                if (witness != guess) {
                    WORD.setOpaque(words, GUESS + word, witness);
                }
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

    /**
     * Adds bits to the errors that the owner has not read yet; if one is new, requests the vector
     * of the error entry. Recurs at most once, as only one kind of error is left then.
     */
    void recordError(int bits) {
        boolean isNew = ((long) WORD.getAndBitwiseOr(words, ERRORS, (long) bits) & bits) != bits;
        int entry = lvtError();
        if (isNew && (entry & Lvt.MASKED) == 0) {
            if (accept(entry & 0xff) == FireOutcome.LATCHED) {
                WORD.getAndAdd(words, ERROR_INTERRUPTS, 1L);
            }
        }
    }

    /** Requests that the error entry latched. */
    long errorInterrupts() {
        return (long) WORD.getOpaque(words, ERROR_INTERRUPTS);
    }

    int lvtError() {
        return (int) (long) WORD.getOpaque(words, LVT_ERROR);
    }

    void lvtError(int value) {
        WORD.setOpaque(words, LVT_ERROR, (long) value);
    }

    ApicMode mode() {
        return ApicMode.of((int) (long) WORD.getOpaque(words, ADDRESSING) & MODE);
    }

    /** Whether messages reach this APIC. */
    boolean present() {
        return ((long) WORD.getOpaque(words, ADDRESSING) & MODE) != 0;
    }

    /** Changes the mode; ids are then as after a reset, or as the x2APIC derives them. */
    void mode(ApicMode mode) {
        // Cluster 31:16 and the CPU's bit in it.
        int logical = mode == ApicMode.X2APIC ? id >>> 4 << 16 | 1 << (id & 0xf) : 0;
        addressing(mode, FLAT, logical);
    }

    /** Changes format and logical id of an xAPIC. */
    void logical(int format, int logicalId) {
        addressing(mode(), format, logicalId);
    }

    private void addressing(ApicMode mode, int format, int logical) {
        long word = (long) logical << Integer.SIZE | (long) format << FORMAT_SHIFT | mode.ordinal();
        WORD.setOpaque(words, ADDRESSING, word);
    }

    int format() {
        return (int) ((long) WORD.getOpaque(words, ADDRESSING) >>> FORMAT_SHIFT) & 0xf;
    }

    int logicalId() {
        return (int) ((long) WORD.getOpaque(words, ADDRESSING) >>> Integer.SIZE);
    }

    /**
     * Whether a logical destination means this APIC; everyone's is not looked at. IMPDEF: a
     * reserved destination format matches nothing.
     */
    boolean matchesLogical(int destination) {
        long word = (long) WORD.getOpaque(words, ADDRESSING);
        int logical = (int) (word >>> Integer.SIZE);
        int common = logical & destination;
        if ((word & MODE) == ApicMode.X2APIC.ordinal()) {
            return logical >>> 16 == destination >>> 16 && (common & 0xffff) != 0;
        }
        return switch ((int) (word >>> FORMAT_SHIFT) & 0xf) {
            case FLAT -> common != 0;
            case CLUSTER -> logical >>> 4 == destination >>> 4 && (common & 0xf) != 0;
            default -> false;
        };
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
