package org.irqlab.kernel.irq.line;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.irq.IrqReturn;

import java.util.function.LongSupplier;

/**
 * Watches whether the interrupts of a line are anybody's: of 100,000 from the first unclaimed one
 * on, more than 99,900 unclaimed in quick succession mean that nobody cares.
 *
 * <p>A result that is WAKE_THREAD alone says nothing yet: it is judged at the next interrupt, by
 * whether the threads have handled anything since.
 *
 * <p><b>Threads.</b> The CPU that has the line in progress.
 *
 * @see "Linux kernel/irq/spurious.c, note_interrupt"
 */
final class SpuriousDetector {
    static final int WINDOW = 100_000;
    static final int MOST_UNHANDLED = 99_900;

    /** HZ/10: unclaimed interrupts further apart than this start the count again. */
    static final long GAP_NS = 100_000_000L;

    private static final int HANDLED = IrqReturn.HANDLED.ordinal();
    private static final int WAKE_THREAD = IrqReturn.WAKE_THREAD.ordinal();

    private final LongSupplier clock;
    private int irqCount;
    private int irqsUnhandled;
    private long lastUnhandledNs;
    private boolean deferred;
    private int threadsHandledLast;

    SpuriousDetector(LongSupplier clock) {
        this.clock = clock;
    }

    /** Whether {@code result} needs no further look: claimed, and no unclaimed ones before. */
    @HotPath
    boolean fine(int result) {
        return result == HANDLED && irqsUnhandled == 0;
    }

    /**
     * Takes note of one interrupt.
     *
     * @param result the OR of what the handlers returned
     * @param threadsHandled how often threads of the line have handled something, so far
     * @return what the result was judged to be: 0 if unclaimed, −1 if nothing can be said yet
     */
    int judge(int result, int threadsHandled) {
        int judged = result;
        if (result == WAKE_THREAD) {
            if (!deferred) {
                deferred = true;
                return -1;
            }
            judged = threadsHandled != threadsHandledLast ? HANDLED : 0;
            threadsHandledLast = threadsHandled;
        } else if ((result & WAKE_THREAD) != 0) {
            deferred = false;
        }
        if (judged == 0) {
            long now = clock.getAsLong();
            irqsUnhandled =
                    irqsUnhandled == 0 || now - lastUnhandledNs > GAP_NS ? 1 : irqsUnhandled + 1;
            lastUnhandledNs = now;
        }
        return judged;
    }

    /** An interrupt that was judged unclaimed was another line's, whose handler was found. */
    void foundElsewhere() {
        irqsUnhandled--;
    }

    /** Counts the interrupt; returns whether the line has to be shut off. */
    boolean nobodyCares() {
        if (irqsUnhandled == 0 || ++irqCount < WINDOW) {
            return false;
        }
        irqCount = 0;
        boolean nobody = irqsUnhandled > MOST_UNHANDLED;
        irqsUnhandled = 0;
        return nobody;
    }

    /** A new handler: what was counted says nothing any more. */
    void reset() {
        irqCount = 0;
        irqsUnhandled = 0;
    }

    int irqCount() {
        return irqCount;
    }

    int irqsUnhandled() {
        return irqsUnhandled;
    }
}
