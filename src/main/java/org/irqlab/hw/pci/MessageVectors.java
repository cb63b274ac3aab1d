package org.irqlab.hw.pci;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.MessageSink;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicLongArray;

/**
 * The vectors of one message-signalling capability: what closes each of them, its pending bit, and
 * its message.
 *
 * <p>All that stands between a fire and its message is one word per vector: vector mask, function
 * mask, capability disabled, bus master off, pending. Masking, unmasking and a fire that finds the
 * vector masked are each one compare-and-set of that word, so a pending bit is never set on an open
 * vector, and opening a vector sends exactly one message for however many fires it covers.
 *
 * <p><b>Threads.</b> Any thread may fire, mask, unmask and program.
 *
 * <p><b>Progress.</b> A fire of an open vector is one load of that word and the message. A fire of
 * a masked one repeats only if a driver opened or closed the vector between its two steps.
 *
 * <p>IMPDEF: while the bus master is off, a fire of a vector that nothing else closes is dropped
 * and counted; a fire that was pending already waits for the bus master as for an unmasking.
 */
class MessageVectors {
    static final int VECTOR_MASKED = 1;
    static final int FUNCTION_MASKED = 1 << 1;
    static final int DISABLED = 1 << 2;
    static final int NO_BUS_MASTER = 1 << 3;
    private static final int MASKED = VECTOR_MASKED | FUNCTION_MASKED;
    private static final int CLOSED = MASKED | DISABLED | NO_BUS_MASTER;
    private static final int PENDING = 1 << 4;

    private static final VarHandle STATE = MethodHandles.arrayElementVarHandle(int[].class);

    private final MessageSink sink;
    // Any thread, through STATE; 0 is an open vector.
    private final int[] states;
    private final VectorMessages messages;
    // Any thread; off the path of a fire that sends.
    private final AtomicLongArray released = new AtomicLongArray(FireOutcome.values().length);
    private final AtomicLong withoutBusMaster = new AtomicLong();

    /** Vectors without a message, each closed by {@code closing}. */
    MessageVectors(int vectors, int closing, MessageSink sink) {
        this.sink = sink;
        states = new int[vectors];
        messages = new VectorMessages(vectors);
        Arrays.fill(states, closing);
    }

    /** Number of vectors. */
    public final int vectors() {
        return states.length;
    }

    /**
     * The device signals {@code vector}.
     *
     * @return what the interrupt controller made of the message; {@link FireOutcome#PENDED_MASKED}
     *     or {@link FireOutcome#COALESCED_MASKED} if the vector or the function is masked; {@link
     *     FireOutcome#DROPPED_DISABLED} if the capability or the bus master is off
     */
    @HotPath
    public final FireOutcome fire(int vector) {
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
            if (state == NO_BUS_MASTER) {
                withoutBusMaster.incrementAndGet();
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

    /** Sets and clears what closes a vector, and releases its pending fire if that opens it. */
    final void update(int vector, int closing, int opening) {
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

    /** As {@link #update}, of one vector after the other. */
    final void updateAll(int closing, int opening) {
        for (int vector = 0; vector < states.length; vector++) {
            update(vector, closing, opening);
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
     * Writes a message.
     *
     * @return whether the vector was open, so that fires send it from now on
     */
    final boolean writeMessage(int vector, MsiMessage message) {
        messages.write(vector, message);
        return wrote(vector);
    }

    /** Writes a message unless another write came first; for writes of single words. */
    final boolean replaceMessage(int vector, MsiMessage expected, MsiMessage message) {
        return messages.replace(vector, expected, message);
    }

    /** After a write of the message: hands it to the fires if the vector is open. */
    final boolean wrote(int vector) {
        // Pairs with the compare-and-set in update().
        boolean open = (int) STATE.getVolatile(states, vector) == 0;
        if (open) {
            messages.publish(vector);
        }
        return open;
    }

    /** The message of one vector, as it was written last. */
    public final MsiMessage message(int vector) {
        return messages.written(vector);
    }

    /** Whether the vector's own mask bit is set. */
    public final boolean masked(int vector) {
        return ((int) STATE.getAcquire(states, vector) & VECTOR_MASKED) != 0;
    }

    /** The vector's pending bit. */
    public final boolean pending(int vector) {
        return ((int) STATE.getAcquire(states, vector) & PENDING) != 0;
    }

    /** Number of pending bits. */
    public final int pendingCount() {
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
    public final long released(FireOutcome outcome) {
        return released.get(outcome.ordinal());
    }

    /** All messages sent for pending fires. */
    public final long released() {
        long sum = 0;
        for (FireOutcome outcome : FireOutcome.values()) {
            sum += released(outcome);
        }
        return sum;
    }

    /** Fires that would have sent their message if the function had been a bus master. */
    public final long droppedWithoutBusMaster() {
        return withoutBusMaster.get();
    }
}
