package org.irqlab.hw.pci;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.MessageSink;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The MSI-X table and pending bit array (PBA) of one PCI function.
 *
 * <p>All that stands between a fire and its message is one word per vector: vector mask, function
 * mask, function disabled, pending. Masking, unmasking and a fire that finds the vector masked are
 * each one compare-and-set of that word, so a pending bit is never set on an open vector, and
 * opening a vector sends exactly one message for however many fires it covers.
 *
 * <p><b>Threads.</b> Any thread may fire, mask, unmask and program. A switch of the whole function
 * reaches the vectors one after the other.
 *
 * <p><b>Progress.</b> A fire of an open vector is one load of that word and the message. Everything
 * else about one vector is lock-free.
 *
 * <p><b>Memory ordering.</b> What a device wrote before {@link #fire} is visible to the handler
 * that takes the message, also to one that takes it after the vector was unmasked.
 *
 * <p>SIMPLIFIED: reading the table back does not wait for a fire that has passed the mask and has
 * not sent yet; its message, whole, may arrive after {@link #mask} returned. The messages of one
 * device thread stay in order, so a message to a new target implies that its earlier ones to the
 * old target have arrived.
 *
 * @see "PCI Express Base Specification, MSI-X Capability and Table Structures"
 */
public final class MsixTable {
    /** Most vectors that a function may have. */
    public static final int MAX_VECTORS = 2048;

    /** Control word: MSI-X is on. */
    public static final int CONTROL_ENABLE = 0x8000;

    /** Control word: all vectors are masked, whatever their own masks say. */
    public static final int CONTROL_FUNCTION_MASK = 0x4000;

    private static final int VECTOR_MASKED = 1;
    private static final int FUNCTION_MASKED = 1 << 1;
    private static final int DISABLED = 1 << 2;
    private static final int CLOSED = VECTOR_MASKED | FUNCTION_MASKED | DISABLED;
    private static final int PENDING = 1 << 3;

    private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(int[].class);

    private final MessageSink sink;
    // Any thread, through STATE; 0 is an open vector.
    private final int[] states;
    private final MsixMessages messages;
    // Any thread; off the path of a fire.
    private final AtomicLongArray released = new AtomicLongArray(FireOutcome.values().length);
    private final AtomicLong unmaskedWrites = new AtomicLong();
    private final AtomicInteger control = new AtomicInteger();

    /**
     * A table after reset: disabled, every vector masked, no message.
     *
     * @param vectors 1 to {@link #MAX_VECTORS}
     * @param sink where the function's messages go
     */
    public MsixTable(int vectors, MessageSink sink) {
        if (vectors < 1 || vectors > MAX_VECTORS) {
            throw new IllegalArgumentException(
                    "vectors=" + vectors + " not in 1..MAX_VECTORS=" + MAX_VECTORS);
        }
        this.sink = sink;
        states = new int[vectors];
        messages = new MsixMessages(vectors);
        Arrays.fill(states, DISABLED | VECTOR_MASKED);
    }

    /** Number of vectors. */
    public int vectors() {
        return states.length;
    }

    /**
     * The device signals {@code vector}.
     *
     * @return what the interrupt controller made of the message; {@link FireOutcome#PENDED_MASKED}
     *     or {@link FireOutcome#COALESCED_MASKED} if the vector or the function is masked; {@link
     *     FireOutcome#DROPPED_DISABLED} if MSI-X is off
     */
    @HotPath
    public FireOutcome fire(int vector) {
        // Pairs with the compare-and-set in update(): an open vector is seen with the message that
        // was programmed before it was opened.
        int state = (int) STATE.getAcquire(states, vector);
        return state == 0 ? send(vector) : fireClosed(vector, state);
    }

    private FireOutcome fireClosed(int vector, int seen) {
        int state = seen;
        while (state != 0) {
            if ((state & DISABLED) != 0) {
                return FireOutcome.DROPPED_DISABLED;
            }
            // Only onto the state that was looked at: the bit must not land on an open vector.
            // Written also when it is set already: the unmasking that clears it then comes after
            // this fire, and the handler sees what the device wrote before.
            int witness = (int) STATE.compareAndExchange(states, vector, state, state | PENDING);
            if (witness == state) {
                return (state & PENDING) == 0
                        ? FireOutcome.PENDED_MASKED
                        : FireOutcome.COALESCED_MASKED;
            }
            state = witness;
        }
        return send(vector);
    }

    private FireOutcome send(int vector) {
        SentMessage message = messages.sent(vector);
        return sink.message(message.address, message.data);
    }

    /** Masks one vector. */
    public void mask(int vector) {
        update(vector, VECTOR_MASKED, 0);
    }

    /** Unmasks one vector; sends its message if a fire is pending and nothing else masks it. */
    public void unmask(int vector) {
        update(vector, 0, VECTOR_MASKED);
    }

    /**
     * Writes the control word of the capability: {@link #CONTROL_ENABLE}, {@link
     * #CONTROL_FUNCTION_MASK}. Pending bits outlast the time for which MSI-X is off.
     */
    public synchronized void writeControl(int value) {
        control.set(value & (CONTROL_ENABLE | CONTROL_FUNCTION_MASK));
        int closing =
                ((value & CONTROL_ENABLE) == 0 ? DISABLED : 0)
                        | ((value & CONTROL_FUNCTION_MASK) != 0 ? FUNCTION_MASKED : 0);
        int opening = (DISABLED | FUNCTION_MASKED) & ~closing;
        for (int vector = 0; vector < states.length; vector++) {
            update(vector, closing, opening);
        }
    }

    /** The control word: enable, function mask, and the table size less one in bits 10:0. */
    public int control() {
        return control.get() | (states.length - 1);
    }

    /** Sets and clears what closes a vector, and releases its pending fire if that opens it. */
    private void update(int vector, int closing, int opening) {
        int state = (int) STATE.getVolatile(states, vector);
        while (true) {
            int next = (state | closing) & ~opening;
            boolean releases = next == PENDING;
            boolean opens = (next & CLOSED) == 0 && state != 0;
            if (opens) {
                next = 0;
                messages.publish(vector);
            }
            // A full fence: pairs with the load in fire() and with the one in fireClosed().
            int witness = (int) STATE.compareAndExchange(states, vector, state, next);
            if (witness == state) {
                if (Checks.ON) {
                    Checks.invariant(
                            next == 0 || (next & CLOSED) != 0,
                            "I-14 vector " + vector + " is open with state " + next);
                }
                if (opens) {
                    opened(vector, releases);
                }
                return;
            }
            state = witness;
        }
    }

    private void opened(int vector, boolean releases) {
        // Once more: a write that came after the first time and found the vector still closed.
        // Pairs with wrote(): either it sees the open vector, or this sees what it wrote.
        messages.publish(vector);
        if (releases) {
            released.incrementAndGet(send(vector).ordinal());
        }
    }

    /**
     * Programs one vector. A fire sends either the old message or the new one, never a mix; writing
     * an unmasked vector is a guest error nevertheless, and counted.
     */
    public void program(int vector, MsiMessage message) {
        messages.write(vector, message);
        wrote(vector);
    }

    /** The message in the table entry of one vector. */
    public MsiMessage message(int vector) {
        return messages.written(vector);
    }

    /** Writes the entry unless another write came first; for writes of single words. */
    boolean replace(int vector, MsiMessage expected, MsiMessage message) {
        boolean replaced = messages.replace(vector, expected, message);
        if (replaced) {
            wrote(vector);
        }
        return replaced;
    }

    private void wrote(int vector) {
        // Pairs with the compare-and-set in update().
        if ((int) STATE.getVolatile(states, vector) == 0) {
            unmaskedWrites.incrementAndGet();
            messages.publish(vector);
        }
    }

    /** Whether the vector's own mask bit is set. */
    public boolean masked(int vector) {
        return ((int) STATE.getAcquire(states, vector) & VECTOR_MASKED) != 0;
    }

    /** The vector's bit in the pending bit array. */
    public boolean pending(int vector) {
        return ((int) STATE.getAcquire(states, vector) & PENDING) != 0;
    }

    /** 64 bits of the pending bit array. */
    public long pendingWord(int index) {
        long bits = 0;
        int end = Math.min(states.length, (index + 1) * Long.SIZE);
        for (int vector = index * Long.SIZE; vector < end; vector++) {
            bits |= pending(vector) ? 1L << vector : 0;
        }
        return bits;
    }

    /** Number of pending bits. */
    public int pendingCount() {
        int count = 0;
        for (int vector = 0; vector < states.length; vector++) {
            count += pending(vector) ? 1 : 0;
        }
        return count;
    }

    /**
     * Messages sent for pending fires when their vector was opened, by outcome. At quiescence the
     * {@link FireOutcome#PENDED_MASKED} fires equal their sum and {@link #pendingCount()}.
     */
    public long released(FireOutcome outcome) {
        return released.get(outcome.ordinal());
    }

    /** All messages sent for pending fires. */
    public long released() {
        long sum = 0;
        for (FireOutcome outcome : FireOutcome.values()) {
            sum += released(outcome);
        }
        return sum;
    }

    /** Guest errors: writes of a message while its vector was unmasked. */
    public long unmaskedWrites() {
        return unmaskedWrites.get();
    }
}
