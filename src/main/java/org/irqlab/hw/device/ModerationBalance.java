package org.irqlab.hw.device;

/**
 * What a queue's moderation has bought: the frames that an interrupt stands for, against the
 * interrupts that waited for company in vain.
 *
 * <p>Whether a delay is right is a question of the load. One that is waited out again and again for
 * a single frame costs its latency and saves no interrupt: a peer that sends its next frame when it
 * has the answer to the last one never sends two.
 *
 * @param frames that the queue took
 * @param raised interrupts that became due
 * @param alone those for a single frame, after a delay
 */
public record ModerationBalance(long frames, long raised, long alone) {
    /** Fewer interrupts than these say nothing. */
    public static final int LEAST = 50;

    private static final double MOST = 0.9;

    /** Reads the counts of {@code queue}. By the device, or once it is quiet. */
    public static ModerationBalance of(ReceiveQueue queue) {
        return new ModerationBalance(
                queue.received() - queue.dropped(), queue.raised(), queue.raisedAlone());
    }

    /** Returns what has come since {@code before}, of the same queue. */
    public ModerationBalance since(ModerationBalance before) {
        return new ModerationBalance(
                frames - before.frames, raised - before.raised, alone - before.alone);
    }

    /** Returns interrupts per frame: 1 where nothing is coalesced. */
    public double interruptsPerFrame() {
        return frames == 0 ? 0 : (double) raised / frames;
    }

    /** Returns whether more than nine delays in ten were in vain, of enough to say so. */
    public boolean mismatched() {
        return raised >= LEAST && alone > MOST * raised;
    }
}
