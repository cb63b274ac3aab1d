package org.irqlab.hw.intc.apic.pin;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * Interrupt input pins with the state that belongs to each: of an I/O APIC, and the two local ones
 * of a local APIC.
 *
 * <p>All of a pin is one word: its entry (vector 7:0, delivery mode 10:8, logical 11, polarity 13,
 * remote IRR 14, level 15, mask 16, destination 63:56) and, hidden in bits that an entry does not
 * have, the line. A change of the line, a write of the entry and an end of interrupt are each one
 * compare-and-set of that word, which also decides whether to send; the message, made of the word
 * that was set, follows. So of a line that rises and an end of interrupt the later one always sees
 * the earlier one, and a level is sent exactly once for each time that remote IRR goes up. The
 * rules:
 *
 * <ul>
 *   <li>An edge pin sends when its line becomes active; while it is masked the edge is lost.
 *   <li>A level pin sends when its line is active, it is not masked and remote IRR is clear; this
 *       sets remote IRR, until the vector ends.
 *   <li>Remote IRR outlasts masking and a change of destination; a pin that is made an edge pin
 *       loses it. The end of a vector that the entry has no longer is not this pin's.
 *   <li>Only fixed and lowest-priority delivery can be level-triggered; others are edges.
 * </ul>
 *
 * <p>IMPDEF: a write never makes an edge, though it changes the polarity.
 *
 * <p><b>Threads.</b> Any. <b>Progress.</b> Lock-free. <b>Memory ordering.</b> What a device wrote
 * before it drove the line, whatever the outcome, is visible to the handler of a message that is
 * sent then or later.
 *
 * @see "Intel 82093AA I/O Advanced Programmable Interrupt Controller, Register Description"
 */
@HotPath
public final class InterruptPins {
    /** The mask bit of an entry, which is set after reset. */
    public static final long MASKED = 1 << 16;

    /** The destination of an entry. */
    public static final long DESTINATION = 0xffL << 56;

    private static final long VECTOR = 0xff;
    private static final long MODE = 7 << 8;
    private static final long LOWEST_PRIORITY = 1 << 8;
    private static final long POLARITY_LOW = 1 << 13;
    private static final long REMOTE_IRR = 1 << 14;
    private static final long LEVEL = 1 << 15;
    private static final long VISIBLE = DESTINATION | 0x1_ffff;

    // Hidden: the wire; a level that came while masked and waits; one that waits for the damping;
    // re-sends in a row.
    private static final long HIGH = 1L << 32;
    private static final long HELD = 1L << 33;
    private static final long DAMPED = 1L << 34;
    private static final int RESENDS_SHIFT = 35;
    private static final long RESENDS = 0x3fffL << RESENDS_SHIFT;
    private static final long ONE_RESEND = 1L << RESENDS_SHIFT;

    private static final VarHandle WORD = MethodHandles.arrayElementVarHandle(long[].class);
    // Two cache lines: the adjacent-line prefetcher pairs lines.
    private static final int STRIDE = 128 / Long.BYTES;
    private static final int DUE = 1;

    // Any thread, through WORD: state and due time of each pin.
    private final long[] words;
    private final int pins;
    private final PinTarget target;
    private final StormDamping damping;
    // Any thread; off the path of a fire.
    private final AtomicLongArray later = new AtomicLongArray(FireOutcome.values().length);
    private final AtomicLong heldSent = new AtomicLong();
    private final AtomicLong withdrawn = new AtomicLong();
    private final AtomicLong damped = new AtomicLong();

    /** Pins after reset: masked edges, all lines low. */
    public InterruptPins(int pins, PinTarget target, StormDamping damping) {
        this.pins = pins;
        this.target = target;
        this.damping = damping;
        words = new long[(pins + 2) * STRIDE];
        for (int pin = 0; pin < pins; pin++) {
            WORD.setVolatile(words, slot(pin), MASKED);
        }
    }

    public int pins() {
        return pins;
    }

    private static int slot(int pin) {
        return (pin + 1) * STRIDE;
    }

    private static boolean level(long state) {
        return (state & LEVEL) != 0 && (state & MODE) <= LOWEST_PRIORITY;
    }

    private static boolean active(long state) {
        return (state & HIGH) != 0 != ((state & POLARITY_LOW) != 0);
    }

    private static boolean masked(long state) {
        return (state & MASKED) != 0;
    }

    private static boolean inFlight(long state) {
        return (state & REMOTE_IRR) != 0;
    }

    /** The state after a level has been sent, if it is due. */
    private static long settled(long state) {
        boolean due =
                level(state)
                        && active(state)
                        && !masked(state)
                        && (state & (REMOTE_IRR | DAMPED)) == 0;
        return due ? state & ~HELD | REMOTE_IRR : state;
    }

    /**
     * Drives the wire of a pin.
     *
     * @return what became of the message; {@link FireOutcome#COALESCED} if a level is active that
     *     was sent and has not ended; {@link FireOutcome#PENDED_MASKED} or {@link
     *     FireOutcome#COALESCED_MASKED} for a masked level, {@link FireOutcome#IGNORED_MASKED_EDGE}
     *     for a masked edge; {@link FireOutcome#IGNORED_NO_EDGE} if the line is inactive, or was
     *     active already and that is all that the pin hears
     */
    public FireOutcome drive(int pin, boolean high) {
        long before = (long) WORD.getVolatile(words, slot(pin));
        while (true) {
            long next = driven(before, high);
            // Also if nothing changes: what the device wrote must reach a handler that comes later.
            long witness = (long) WORD.compareAndExchange(words, slot(pin), before, next);
            if (witness == before) {
                return drove(pin, before, next);
            }
            before = witness;
        }
    }

    private static long driven(long before, boolean high) {
        long next = high ? before | HIGH : before & ~HIGH;
        if (!active(next)) {
            return next & ~(HELD | RESENDS);
        }
        if (level(next) && masked(next) && !active(before)) {
            return next | HELD;
        }
        return settled(next);
    }

    private FireOutcome drove(int pin, long before, long next) {
        account(before, next);
        if (!active(next)) {
            return FireOutcome.IGNORED_NO_EDGE;
        }
        return level(next) ? droveLevel(pin, before, next) : droveEdge(pin, before, next);
    }

    private FireOutcome droveLevel(int pin, long before, long next) {
        if (masked(next)) {
            return active(before) ? FireOutcome.COALESCED_MASKED : FireOutcome.PENDED_MASKED;
        }
        boolean sends = inFlight(next) && !inFlight(before);
        return sends ? target.send(pin, next) : FireOutcome.COALESCED;
    }

    private FireOutcome droveEdge(int pin, long before, long next) {
        if (active(before)) {
            return FireOutcome.IGNORED_NO_EDGE;
        }
        return masked(next) ? FireOutcome.IGNORED_MASKED_EDGE : target.send(pin, next & ~LEVEL);
    }

    /** Writes those bits of the entry that {@code writable} has; ends what damping there is. */
    public void write(int pin, long value, long writable) {
        long before = (long) WORD.getVolatile(words, slot(pin));
        while (true) {
            long next = before & ~(writable | DAMPED | RESENDS) | value & writable;
            if (!level(next)) {
                next &= ~(REMOTE_IRR | HELD);
            }
            if (!active(next)) {
                next &= ~HELD;
            }
            next = settled(next);
            long witness = (long) WORD.compareAndExchange(words, slot(pin), before, next);
            if (witness == before) {
                account(before, next);
                if (inFlight(next) && !inFlight(before)) {
                    sendLater(pin, next);
                }
                return;
            }
            before = witness;
        }
    }

    /** A vector has ended: its level pins send again if their lines are still active. */
    public void ended(int vector) {
        for (int pin = 0; pin < pins; pin++) {
            // The message whose end this is was sent after remote IRR was set.
            long before = (long) WORD.getVolatile(words, slot(pin));
            while (inFlight(before) && (before & VECTOR) == vector) {
                long witness = end(pin, before);
                if (witness == before) {
                    break;
                }
                before = witness;
            }
        }
    }

    private long end(int pin, long before) {
        long next = settled(before & ~REMOTE_IRR);
        if (!inFlight(next)) {
            next &= ~RESENDS;
        } else if (damping.resends() != 0) {
            next = damp(pin, before, next);
        }
        // Also if nothing changes: a line that rises later sees remote IRR as this leaves it.
        long witness = (long) WORD.compareAndExchange(words, slot(pin), before, next);
        if (witness == before) {
            account(before, next);
            if (inFlight(next)) {
                sendLater(pin, next);
            } else if ((next & DAMPED) != 0) {
                damped.getAndIncrement();
            }
        }
        return witness;
    }

    private long damp(int pin, long before, long next) {
        if ((before & RESENDS) >>> RESENDS_SHIFT < damping.resends()) {
            return next + ONE_RESEND;
        }
        // Before the state that says that it counts; pairs with service().
        long due = damping.clockNs().getAsLong() + damping.delayNs();
        WORD.setOpaque(words, slot(pin) + DUE, due);
        return before & ~(REMOTE_IRR | RESENDS) | DAMPED;
    }

    /** Sends what the damping held back and is due. */
    public void service(long nowNs) {
        for (int pin = 0; pin < pins; pin++) {
            long before = (long) WORD.getVolatile(words, slot(pin));
            while ((before & DAMPED) != 0 && due(pin) - nowNs <= 0) {
                long next = settled(before & ~DAMPED);
                long witness = (long) WORD.compareAndExchange(words, slot(pin), before, next);
                if (witness == before) {
                    account(before, next);
                    if (inFlight(next)) {
                        sendLater(pin, next);
                    }
                    break;
                }
                before = witness;
            }
        }
    }

    private long due(int pin) {
        return (long) WORD.getOpaque(words, slot(pin) + DUE);
    }

    /** When {@link #service} next has something to do, or {@code Long.MAX_VALUE}. */
    public long nextDueNs() {
        long next = Long.MAX_VALUE;
        for (int pin = 0; pin < pins; pin++) {
            boolean waits = ((long) WORD.getVolatile(words, slot(pin)) & DAMPED) != 0;
            next = waits ? Math.min(next, due(pin)) : next;
        }
        return next;
    }

    private void sendLater(int pin, long state) {
        later.getAndIncrement(target.send(pin, state).ordinal());
    }

    private void account(long before, long next) {
        if ((before & HELD) != 0 && (next & HELD) == 0) {
            boolean sent = inFlight(next) && active(next);
            (sent ? heldSent : withdrawn).getAndIncrement();
        }
        if (Checks.ON) {
            Checks.invariant(settled(next) == next, "I-11 a level waits for nothing");
            Checks.invariant(level(next) || !inFlight(next), "remote IRR of an edge pin");
            Checks.invariant(
                    (next & HELD) == 0 || active(next) && level(next), "held without a level");
        }
    }

    /** The entry of a pin, without what is hidden. */
    public long entry(int pin) {
        return (long) WORD.getVolatile(words, slot(pin)) & VISIBLE;
    }

    /** Whether the line of a pin is active, by its polarity. */
    public boolean lineActive(int pin) {
        return active((long) WORD.getVolatile(words, slot(pin)));
    }

    /** Levels that came while masked, and are neither sent nor withdrawn. */
    public int held() {
        int count = 0;
        for (int pin = 0; pin < pins; pin++) {
            count += ((long) WORD.getVolatile(words, slot(pin)) & HELD) != 0 ? 1 : 0;
        }
        return count;
    }

    /** What became of levels that could not be sent at once. */
    public PinCounts counts() {
        return new PinCounts(held(), heldSent.get(), withdrawn.get(), damped.get());
    }

    /** Messages that a write, an end of interrupt or the damping sent, by outcome. */
    public long later(FireOutcome outcome) {
        return later.get(outcome.ordinal());
    }
}
