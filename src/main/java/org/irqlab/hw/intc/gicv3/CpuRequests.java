package org.irqlab.hw.intc.gicv3;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuKick;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The part of one CPU's interface that others write: hints to its pending interrupts, whether there
 * is anything to look for, and whether the CPU has declared itself halted.
 *
 * <p>One word has three states. {@code QUIET}: the owner has looked and found nothing since. {@code
 * RUNG}: there may be something. {@code HALTED}: as quiet, and the CPU sleeps; who rings then
 * kicks.
 *
 * <p><b>Threads.</b> {@link #offer} and {@link #ring}: any. The rest: the CPU's owner.
 */
@HotPath
final class CpuRequests {
    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    // Two cache lines: the adjacent-line prefetcher pairs lines.
    private static final int PADDING = 128 / Long.BYTES;
    private static final int BELL = PADDING;
    private static final int ASLEEP = BELL + 1;

    private static final long QUIET = 0;
    private static final long RUNG = 1;
    private static final long HALTED = 2;

    private final PriorityHints wired;
    private final PriorityHints lpis;
    private final CpuKick kick;

    // Any thread, through WORD.
    private final long[] words = new long[ASLEEP + 1 + PADDING];

    CpuRequests(GicSettings settings, CpuKick kick) {
        int levels = 1 << settings.priorityBits();
        wired = new PriorityHints(levels, IntIds.FIRST_SPI + settings.spis(), 0);
        // Also without LPIs, so that there is one kind of map and no test for its absence.
        lpis = new PriorityHints(levels, Math.max(settings.lpis(), 1), PriorityHints.TAG);
        this.kick = kick;
    }

    /** Offers an interrupt whose word names this CPU, and wakes it if it is halted. */
    void offer(boolean lpi, int level, int slot) {
        (lpi ? lpis : wired).set(level, slot);
        ring();
    }

    /** Makes the CPU look again. */
    void ring() {
        // The hint before, the bell now; the owner quietens the bell, then looks at the hints: one
        // of the two sees the other. The exchange has one winner per halt, so one kick.
        if ((long) WORD.getVolatile(words, BELL) != RUNG
                && (long) WORD.getAndSet(words, BELL, RUNG) == HALTED) {
            kick.kick();
        }
    }

    /** Whether the bell has been rung since the owner last found nothing. */
    boolean rung() {
        return (long) WORD.getOpaque(words, BELL) == RUNG;
    }

    /** The most urgent hint, or {@link PriorityHints#NONE}. */
    int first() {
        // Levels come first in a hint, then a wired interrupt is more urgent than an LPI.
        return Math.min(wired.first(), lpis.first());
    }

    /** Clears a hint; the caller then reads the interrupt's word. A full fence between. */
    void clear(int hint) {
        (lpi(hint) ? lpis : wired).clear(hint);
    }

    static boolean lpi(int hint) {
        return (hint & PriorityHints.TAG) != 0;
    }

    static int slot(int hint) {
        return hint & PriorityHints.SLOT_MASK;
    }

    static int level(int hint) {
        return hint >>> PriorityHints.LEVEL_SHIFT;
    }

    /** The owner found nothing; it then looks once more. */
    void quieten() {
        WORD.setOpaque(words, BELL, QUIET);
        // Pairs with the load in ring().
        VarHandle.fullFence();
    }

    /** Declares the CPU halted; the caller then looks once more. */
    void halt() {
        WORD.setOpaque(words, BELL, HALTED);
        // Pairs with the load in ring().
        VarHandle.fullFence();
    }

    /** Ends the halted state; what came meanwhile will be looked for. */
    void resumed() {
        WORD.setOpaque(words, BELL, RUNG);
    }

    /** Whether the redistributor has been told to hold everything back (GICR_WAKER). */
    boolean asleep() {
        // Pairs with setAsleep(), as the load of an interrupt's word pairs with its change.
        return (long) WORD.getVolatile(words, ASLEEP) != 0;
    }

    void setAsleep(boolean asleep) {
        WORD.setVolatile(words, ASLEEP, asleep ? 1L : 0L);
    }
}
