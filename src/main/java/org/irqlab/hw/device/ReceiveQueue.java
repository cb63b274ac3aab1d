package org.irqlab.hw.device;

import org.irqlab.base.HotPath;
import org.irqlab.hw.pci.MsixTable;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A receive queue of a network card: a ring, and an interrupt that is moderated and masks itself
 * when it fires.
 *
 * <p>A cause (frames for which an interrupt is due) and the enable bit share a word. Whoever makes
 * both set, the device or the driver that unmasks, takes both and fires: what arrives between a
 * driver's last look at the ring and its unmasking is not lost, and makes one interrupt.
 *
 * <p><b>Threads.</b> {@link #receive} and {@link #advance} by the device's thread, the interrupt's
 * mask by any holder. <b>Progress.</b> Wait-free but for the taking of the word, which is
 * lock-free.
 *
 * <p><b>Not modelled.</b> Buffers that the driver refills: a slot is free as soon as it was read.
 */
public final class ReceiveQueue {
    private static final int ENABLED = 1;
    private static final int CAUSE = 2;
    private static final VarHandle STATE;

    static {
        try {
            STATE = MethodHandles.lookup().findVarHandle(ReceiveQueue.class, "state", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final ReceiveRing ring;
    private final MsixTable msix;
    private final int entry;

    // Any thread.
    private volatile Moderation moderation = Moderation.NONE;

    // Any thread, through STATE. The interrupt is masked after reset.
    private int state;

    // Device only.
    private int frames;
    private long firstNs;
    private long received;
    private long dropped;
    private long firedAtOnce;
    private long raised;
    private long raisedAlone;

    // Who unmasks: one driver context at a time.
    private long firedByUnmask;

    /** Makes a queue that interrupts by {@code entry} of the function's table. */
    public ReceiveQueue(int slots, MsixTable msix, int entry) {
        ring = new ReceiveRing(slots);
        this.msix = msix;
        this.entry = entry;
    }

    public ReceiveRing ring() {
        return ring;
    }

    /** Sets when the queue interrupts; holds for frames that come from now on. */
    public void setModeration(Moderation moderation) {
        this.moderation = moderation;
    }

    public Moderation moderation() {
        return moderation;
    }

    /**
     * A frame arrives. By the device.
     *
     * @param stampNs when it was to arrive
     * @return {@code false} if the ring was full
     */
    @HotPath
    public boolean receive(long stampNs, long word, long nowNs) {
        received++;
        if (!ring.offer(stampNs, word)) {
            dropped++;
            return false;
        }
        final Moderation moderation = this.moderation;
        if (frames++ == 0) {
            firstNs = nowNs;
        }
        boolean enough = moderation.frames() > 0 && frames >= moderation.frames();
        if (enough || nowNs - firstNs >= moderation.delayNs()) {
            raise(moderation);
        }
        return true;
    }

    /** Time passes: interrupts if the moderation's delay is over. By the device. */
    @HotPath
    public void advance(long nowNs) {
        final Moderation moderation = this.moderation;
        if (frames > 0 && nowNs - firstNs >= moderation.delayNs()) {
            raise(moderation);
        }
    }

    private void raise(Moderation why) {
        raised++;
        raisedAlone += frames == 1 && why.delayNs() > 0 && why.frames() != 1 ? 1 : 0;
        frames = 0;
        // Full barrier: either we see the interrupt enabled, or who enables it sees the cause.
        STATE.getAndBitwiseOr(this, CAUSE);
        if (tryFire()) {
            firedAtOnce++;
        }
    }

    /** Takes cause and enable bit, if both are set, and sends the message. */
    private boolean tryFire() {
        if ((int) STATE.getVolatile(this) == (ENABLED | CAUSE)
                && STATE.compareAndSet(this, ENABLED | CAUSE, 0)) {
            msix.fire(entry);
            return true;
        }
        return false;
    }

    /** Keeps the queue from interrupting; what is due waits. By the driver. */
    @HotPath
    public void mask() {
        STATE.getAndBitwiseAnd(this, ~ENABLED);
    }

    /** Lets the queue interrupt once, at once if one is due. By the driver. */
    @HotPath
    public void unmask() {
        STATE.getAndBitwiseOr(this, ENABLED);
        if (tryFire()) {
            firedByUnmask++;
        }
    }

    /** Returns whether the interrupt is masked: racy. */
    public boolean masked() {
        return ((int) STATE.getVolatile(this) & ENABLED) == 0;
    }

    /** Returns how many frames came, lost ones as well. Exact once the device is quiet. */
    public long received() {
        return received;
    }

    /** Returns how many frames found the ring full. */
    public long dropped() {
        return dropped;
    }

    /** Returns how many interrupts were sent. */
    public long fired() {
        return firedAtOnce + firedByUnmask;
    }

    /** Returns how many of these the driver's unmasking sent. */
    public long firedByUnmask() {
        return firedByUnmask;
    }

    /** Returns how often an interrupt became due, also while they were masked. */
    public long raised() {
        return raised;
    }

    /** Returns how many of these had waited for more frames, and none came. */
    public long raisedAlone() {
        return raisedAlone;
    }
}
