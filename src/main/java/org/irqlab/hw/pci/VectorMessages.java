package org.irqlab.hw.pci;

import org.irqlab.base.HotPath;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;

/**
 * The messages of a capability's vectors, each twice: as the driver has written it, and as fires
 * send it.
 *
 * <p>The second follows the first only while the vector is open. So a fire that passed an open mask
 * and was then overtaken by a driver that masks, writes the entry word by word and unmasks again,
 * sends the old message or the new one, never the words in between.
 *
 * <p><b>Threads.</b> Any. <b>Progress.</b> Lock-free; reading is one load.
 */
final class VectorMessages {
    private static final VarHandle MESSAGE =
            MethodHandles.arrayElementVarHandle(MsiMessage[].class);
    private static final VarHandle SENT = MethodHandles.arrayElementVarHandle(SentMessage[].class);
    // Two cache lines: the adjacent-line prefetcher pairs lines.
    private static final int PADDING = 128 / Integer.BYTES;

    // Any thread, through MESSAGE.
    private final MsiMessage[] written;
    // Any thread, through SENT.
    private final SentMessage[] sent;

    VectorMessages(int vectors) {
        written = new MsiMessage[vectors];
        sent = new SentMessage[PADDING + vectors + PADDING];
        Arrays.fill(written, MsiMessage.NONE);
        Arrays.fill(sent, new SentMessage(MsiMessage.NONE));
    }

    /** What a fire sends. */
    @HotPath
    SentMessage sent(int vector) {
        // Pairs with publish(): the message is seen with its fields.
        return (SentMessage) SENT.getAcquire(sent, PADDING + vector);
    }

    /** What the table entry holds. */
    MsiMessage written(int vector) {
        return (MsiMessage) MESSAGE.getVolatile(written, vector);
    }

    /** Writes the whole entry. */
    void write(int vector, MsiMessage message) {
        MESSAGE.setVolatile(written, vector, message);
    }

    /** Writes the entry unless another write came first. */
    boolean replace(int vector, MsiMessage expected, MsiMessage message) {
        return MESSAGE.compareAndSet(written, vector, expected, message);
    }

    /** Makes fires send what the entry holds, also if it is being written at this moment. */
    void publish(int vector) {
        MsiMessage message;
        do {
            message = written(vector);
            // Masking and unmasking, which is common, makes no new copy.
            if (((SentMessage) SENT.getVolatile(sent, PADDING + vector)).message != message) {
                SENT.setVolatile(sent, PADDING + vector, new SentMessage(message));
            }
            // Looks again, so that of two publishers the one with the older entry does not win.
        } while (message != written(vector));
    }
}
