package org.irqlab.hw.intc.apic;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.IntConsumer;

/**
 * Posted messages of one CPU: 256 request bits beside its local APIC, and one notification vector
 * for all of them, so that many interrupts cost one delivery.
 *
 * <p>A device sets its bit, then sets ON; whoever finds ON clear sends the notification. The
 * handler takes and runs requests for as long as it finds some, twice at most; then it clears ON
 * and looks once more. That last look is what keeps a request from being left behind with ON clear:
 * a device that found ON set set its bit before that.
 *
 * <p><b>Threads.</b> {@link #post}: any. {@link #handle}: the CPU's owner, in the handler of the
 * notification vector.
 *
 * <p><b>Progress.</b> Lock-free; a handler looks three times at most.
 *
 * <p><b>Memory ordering.</b> What a device wrote before {@link #post}, whatever the outcome, is
 * visible to the run of its vector that follows.
 *
 * @see "Linux arch/x86/kernel/irq.c, sysvec_posted_msi_notification; Intel VT-d, Interrupt Posting"
 */
@HotPath
public final class PostedInterrupts {
    /** The notification vector of Linux, {@code POSTED_MSI_NOTIFICATION_VECTOR}. */
    public static final int NOTIFICATION_VECTOR = 0xeb;

    /** How often a handler looks at the requests, with the last look after ON is clear. */
    public static final int MAX_SCANS = 3;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    // Two cache lines: the adjacent-line prefetcher pairs lines.
    private static final int PADDING = 128 / Long.BYTES;
    private static final int REQUESTS = PADDING;
    // Next to the requests on purpose: a post owns that cache line when it looks here.
    private static final int ON = REQUESTS + Vectors.WORDS;
    private static final int SCANS = ON + PADDING;
    private static final int RUNS = SCANS + 1;
    private static final int NOTIFICATIONS = RUNS + PADDING;

    // Any thread, through WORD; SCANS and RUNS by the owner only.
    private final long[] words = new long[NOTIFICATIONS + PADDING];
    private final CpuInterruptPort port;
    private final int notificationVector;

    /**
     * Nothing posted.
     *
     * @param port whose notification vector is requested
     */
    public PostedInterrupts(CpuInterruptPort port, int notificationVector) {
        if (!Vectors.legal(notificationVector)) {
            throw new IllegalArgumentException(
                    "notificationVector=" + notificationVector + " not in 16..255");
        }
        this.port = port;
        this.notificationVector = notificationVector;
    }

    /**
     * Posts one vector, and notifies the CPU unless a notification is outstanding.
     *
     * @return {@link FireOutcome#LATCHED} or {@link FireOutcome#COALESCED}, by the vector's bit;
     *     {@link FireOutcome#DROPPED_ILLEGAL_VECTOR}
     */
    public FireOutcome post(int vector) {
        if (!Vectors.legal(vector)) {
            return FireOutcome.DROPPED_ILLEGAL_VECTOR;
        }
        long bit = Vectors.bit(vector);
        long before = (long) WORD.getAndBitwiseOr(words, REQUESTS + Vectors.word(vector), bit);
        // After the request, both fully ordered; pairs with clearing ON in handle().
        if ((long) WORD.getAndSet(words, ON, 1L) == 0) {
            WORD.getAndAdd(words, NOTIFICATIONS, 1L);
            port.accept(notificationVector);
        }
        return (before & bit) == 0 ? FireOutcome.LATCHED : FireOutcome.COALESCED;
    }

    /**
     * Runs what is posted, highest vector first in each scan; the caller then ends the
     * notification.
     *
     * @param handler runs one vector; it needs no end of interrupt
     * @return how many vectors were run
     */
    public int handle(IntConsumer handler) {
        int runs = 0;
        int found = 1;
        for (int scan = 1; scan < MAX_SCANS && found != 0; scan++) {
            found = scan(handler);
            runs += found;
        }
        // Full fence; pairs with post(): a bit whose device saw ON set is seen by the last scan.
        WORD.getAndSet(words, ON, 0L);
        return runs + scan(handler);
    }

    private int scan(IntConsumer handler) {
        int found = 0;
        WORD.setOpaque(words, SCANS, words[SCANS] + 1);
        for (int word = Vectors.WORDS - 1; word >= 0; word--) {
            long bits = (long) WORD.getVolatile(words, REQUESTS + word);
            if (bits == 0) {
                continue;
            }
            bits = (long) WORD.getAndSet(words, REQUESTS + word, 0L);
            while (bits != 0) {
                int vector = Vectors.highest(word, bits);
                bits &= ~Vectors.bit(vector);
                found++;
                handler.accept(vector);
            }
        }
        WORD.setOpaque(words, RUNS, words[RUNS] + found);
        if (Checks.ON) {
            Checks.invariant(found <= Vectors.COUNT, "I-03 more runs than vectors");
        }
        return found;
    }

    /** Number of posted vectors that wait. */
    public int pending() {
        int count = 0;
        for (int word = 0; word < Vectors.WORDS; word++) {
            count += Long.bitCount((long) WORD.getVolatile(words, REQUESTS + word));
        }
        return count;
    }

    /** Whether a notification is outstanding. */
    public boolean outstanding() {
        return (long) WORD.getVolatile(words, ON) != 0;
    }

    /** Notifications sent. */
    public long notifications() {
        return (long) WORD.getOpaque(words, NOTIFICATIONS);
    }

    /** Vectors run: at quiescence as many as posts were {@link FireOutcome#LATCHED}. */
    public long runs() {
        return (long) WORD.getOpaque(words, RUNS);
    }

    /** How often handlers looked at the requests. */
    public long scans() {
        return (long) WORD.getOpaque(words, SCANS);
    }
}
