package org.irqlab.hw.intc.apic;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The part of one local APIC that only its CPU changes: in-service register (ISR), priorities, most
 * local vector table entries, and the CPU's half of the conservation law.
 *
 * <p><b>Threads.</b> Owner only, plain access; the two {@code …Glance} queries: any, and what they
 * read is written opaquely. One padded array rather than fields, so that no producer's cache line
 * is next to it.
 */
@HotPath
final class OwnerRegisters {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int PADDING = 128 / Long.BYTES;
    private static final int ISR = PADDING;
    private static final int ISRV = ISR + Vectors.WORDS;
    private static final int TPR = ISRV + 1;
    private static final int SVR = TPR + 1;
    private static final int COMMITTED = SVR + 1;
    private static final int LVT_TIMER = COMMITTED + 1;
    private static final int LVT_THERMAL = LVT_TIMER + 1;
    private static final int LVT_PERFORMANCE = LVT_THERMAL + 1;
    private static final int ERROR_STATUS = LVT_PERFORMANCE + 1;
    private static final int COMMAND = ERROR_STATUS + 1;
    private static final int ACKNOWLEDGED = COMMAND + 1;
    private static final int ENDED = ACKNOWLEDGED + 1;
    private static final int SPURIOUS = ENDED + 1;
    private static final int IGNORED_ENDS = SPURIOUS + 1;
    private static final int DISCARDED_REQUESTS = IGNORED_ENDS + 1;
    private static final int DISCARDED_IN_SERVICE = DISCARDED_REQUESTS + 1;
    private static final int LOST_TIMER_EXPIRIES = DISCARDED_IN_SERVICE + 1;

    private static final int SOFTWARE_ENABLE = 1 << 8;
    private static final int SUPPRESS_EOI_BROADCAST = 1 << 12;
    private static final int LOW_BYTE = 0xff;

    private final long[] words = new long[LOST_TIMER_EXPIRIES + 1 + PADDING];

    OwnerRegisters() {
        powerOn();
    }

    private void powerOn() {
        for (int word = ISR; word <= COMMAND; word++) {
            WORD.setOpaque(words, word, 0L);
        }
        WORD.setOpaque(words, SVR, (long) LOW_BYTE);
        words[LVT_TIMER] = Lvt.MASKED;
        words[LVT_THERMAL] = Lvt.MASKED;
        words[LVT_PERFORMANCE] = Lvt.MASKED;
    }

    /** INIT: registers as after power-on; the counters go on. */
    void reset(int discardedRequests) {
        words[DISCARDED_REQUESTS] += discardedRequests;
        words[DISCARDED_IN_SERVICE] += depth();
        powerOn();
    }

    /** Puts {@code vector} in service. */
    void begin(int vector) {
        if (Checks.ON) {
            Checks.invariant(
                    Vectors.priorityClass(vector) > Vectors.priorityClass(ppr()),
                    "I-05 vector " + vector + " taken at processor priority " + ppr());
            Checks.invariant(!serving(vector), "I-04 vector " + vector + " is in service already");
            Checks.invariant(
                    Vectors.priorityClass(vector) > Vectors.priorityClass((int) words[ISRV]),
                    "I-06 vector " + vector + " nests on " + words[ISRV]);
        }
        words[ISR + Vectors.word(vector)] |= Vectors.bit(vector);
        WORD.setOpaque(words, ISRV, (long) vector);
        words[COMMITTED] = 0;
        words[ACKNOWLEDGED]++;
    }

    /** Ends the highest vector in service and returns it, or {@link Vectors#NONE}. */
    int end() {
        int vector = (int) words[ISRV];
        if (vector == 0) {
            words[IGNORED_ENDS]++;
            return Vectors.NONE;
        }
        words[ISR + Vectors.word(vector)] &= ~Vectors.bit(vector);
        WORD.setOpaque(words, ISRV, (long) highestInService());
        words[ENDED]++;
        if (Checks.ON) {
            Checks.invariant(words[ISRV] < vector, "I-06 ended " + vector + " out of order");
            Checks.invariant(
                    words[ACKNOWLEDGED] == words[ENDED] + words[DISCARDED_IN_SERVICE] + depth(),
                    "I-07 interrupts taken, ended and in service disagree");
        }
        return vector;
    }

    private int highestInService() {
        for (int word = Vectors.WORDS - 1; word >= 0; word--) {
            if (words[ISR + word] != 0) {
                return Vectors.highest(word, words[ISR + word]);
            }
        }
        return 0;
    }

    /** An acknowledge cycle found nothing above the processor priority. */
    boolean takeCommitment() {
        boolean committed = words[COMMITTED] != 0;
        if (committed) {
            words[COMMITTED] = 0;
            words[SPURIOUS]++;
        }
        return committed;
    }

    void commit() {
        words[COMMITTED] = 1;
    }

    /**
     * The processor priority: the higher class of task priority and highest vector in service.
     *
     * <p>IMPDEF: for equal classes the low nibble is the task priority's.
     */
    int ppr() {
        return ppr((int) words[TPR], (int) words[ISRV]);
    }

    private static int ppr(int tpr, int isrv) {
        return Vectors.priorityClass(tpr) >= Vectors.priorityClass(isrv) ? tpr : isrv & 0xf0;
    }

    /** The processor priority as another thread sees it at some moment. */
    int priorityGlance() {
        return ppr(
                (int) (long) WORD.getOpaque(words, TPR), (int) (long) WORD.getOpaque(words, ISRV));
    }

    /** Whether another thread finds this APIC software-enabled. */
    boolean enabledGlance() {
        return ((long) WORD.getOpaque(words, SVR) & SOFTWARE_ENABLE) != 0;
    }

    /** Whether {@code vector}, which may be {@link Vectors#NONE}, may be taken now. */
    boolean admits(int vector) {
        // The class of NONE is negative, so it is never above.
        return Vectors.priorityClass(vector) > Vectors.priorityClass(ppr()) && softwareEnabled();
    }

    boolean softwareEnabled() {
        return (words[SVR] & SOFTWARE_ENABLE) != 0;
    }

    boolean suppressesEoiBroadcast() {
        return (words[SVR] & SUPPRESS_EOI_BROADCAST) != 0;
    }

    int spuriousVector() {
        return (int) words[SVR] & LOW_BYTE;
    }

    int svr() {
        return (int) words[SVR];
    }

    void svr(int value) {
        long kept = value & (LOW_BYTE | SOFTWARE_ENABLE | SUPPRESS_EOI_BROADCAST);
        WORD.setOpaque(words, SVR, kept);
    }

    int tpr() {
        return (int) words[TPR];
    }

    void tpr(int value) {
        WORD.setOpaque(words, TPR, (long) (value & LOW_BYTE));
    }

    /** A local vector table entry that is kept here: timer, thermal or performance. */
    int lvt(Lvt entry) {
        return (int) words[slot(entry)];
    }

    void lvt(Lvt entry, int value) {
        words[slot(entry)] = value;
    }

    private static int slot(Lvt entry) {
        return switch (entry) {
            case TIMER -> LVT_TIMER;
            case THERMAL -> LVT_THERMAL;
            case PERFORMANCE -> LVT_PERFORMANCE;
            case LINT0, LINT1, ERROR -> throw new IllegalArgumentException("entry=" + entry);
        };
    }

    /** The timer's vector, or {@link Vectors#NONE} if it is masked, which loses the expiry. */
    int timerVector() {
        if ((words[LVT_TIMER] & Lvt.MASKED) != 0) {
            words[LOST_TIMER_EXPIRIES]++;
            return Vectors.NONE;
        }
        return (int) words[LVT_TIMER] & LOW_BYTE;
    }

    /** The last command, in the bus's form. */
    long command() {
        return words[COMMAND];
    }

    void command(long value) {
        words[COMMAND] = value;
    }

    int errorStatus() {
        return (int) words[ERROR_STATUS];
    }

    void errorStatus(int bits) {
        words[ERROR_STATUS] = bits;
    }

    boolean serving(int vector) {
        return (words[ISR + Vectors.word(vector)] & Vectors.bit(vector)) != 0;
    }

    boolean servingAny() {
        return words[ISRV] != 0;
    }

    /** Number of interrupts in service. */
    int depth() {
        int depth = 0;
        for (int word = 0; word < Vectors.WORDS; word++) {
            depth += Long.bitCount(words[ISR + word]);
        }
        return depth;
    }

    /** 32 bits of the ISR, as the register at offset 0x100 + 0x10 × {@code index} shows them. */
    int isr(int index) {
        return (int) (words[ISR + (index >> 1)] >>> ((index & 1) * Integer.SIZE));
    }

    ApicCounts counts(int latched, long errorInterrupts) {
        return new ApicCounts(
                latched,
                words[ACKNOWLEDGED],
                words[ENDED],
                words[SPURIOUS],
                words[IGNORED_ENDS],
                words[DISCARDED_REQUESTS],
                words[DISCARDED_IN_SERVICE],
                words[LOST_TIMER_EXPIRIES],
                errorInterrupts);
    }
}
