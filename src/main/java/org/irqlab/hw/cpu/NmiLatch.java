package org.irqlab.hw.cpu;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.NmiLine;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One CPU's NMI: one in service, one more latched; further ones are dropped and counted.
 *
 * <p>From its delivery on, an NMI blocks the next one until a return from interrupt, whichever
 * exception it returns from: one inside the NMI's handler unblocks early.
 *
 * <p><b>Threads.</b> {@link #raise} and the counts: any. The rest: the holder of the CPU's baton.
 *
 * <p><b>Memory ordering.</b> What a thread wrote before {@link #raise}, whatever the outcome, is
 * visible to the handler of the NMI that covers it: both sides are atomic updates of one word, and
 * the word is cleared before the handler starts.
 *
 * @see "Intel SDM volume 3, Interrupt and Exception Handling: Handling Multiple NMIs"
 */
public final class NmiLatch implements NmiLine {
    private static final int NMI = 1;
    private static final int SIGNAL = 1 << 1;

    private static final VarHandle LATCHED;
    private static final VarHandle DROPPED;

    static {
        try {
            var lookup = MethodHandles.lookup();
            LATCHED = lookup.findVarHandle(NmiLatch.class, "latched", int.class);
            DROPPED = lookup.findVarHandle(NmiLatch.class, "dropped", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final HaltLine haltLine;
    private NmiEntry entry =
            () -> {
                throw new IllegalStateException("no kernel entered for an NMI");
            };

    // Any thread, by LATCHED and DROPPED. One word for the poll: the NMI, and whether there is a
    // signal that the CPU finds elsewhere.
    private int latched;
    private long dropped;

    // Holder only.
    private boolean blocked;
    private boolean interruptedFlag;
    private long taken;

    /** Makes the latch of a CPU that sleeps at {@code haltLine}. */
    public NmiLatch(HaltLine haltLine) {
        this.haltLine = haltLine;
    }

    /** Sets what an NMI enters. Before the CPU runs. */
    public void setEntry(NmiEntry entry) {
        this.entry = entry;
    }

    @Override
    public FireOutcome raise() {
        // Full fence; pairs with the clearing in take(): the outcome and the state change are one.
        if (((int) LATCHED.getAndBitwiseOr(this, NMI) & NMI) != 0) {
            DROPPED.getAndAdd(this, 1L);
            return FireOutcome.COALESCED;
        }
        // Always: NMIs are rare, and a kick that finds the CPU awake does no harm.
        haltLine.kick();
        return FireOutcome.LATCHED;
    }

    /** A signal of the controller waits to be taken: wakes the CPU if it is halted. Any thread. */
    void attend() {
        attendLater();
        haltLine.kick();
    }

    /** A signal stays where it is until it may be taken. */
    void attendLater() {
        LATCHED.getAndBitwiseOr(this, SIGNAL);
    }

    /** The CPU looks for signals now. */
    void attended() {
        LATCHED.getAndBitwiseAnd(this, ~SIGNAL);
    }

    /** Whether the CPU has to look for signals. */
    boolean attention() {
        return ((int) LATCHED.getOpaque(this) & SIGNAL) != 0;
    }

    /** Whether anything is latched, deliverable or not: the poll. One opaque load. */
    @HotPath
    public boolean latched() {
        return (int) LATCHED.getOpaque(this) != 0;
    }

    /** Takes the latched NMI unless one is in service; it is in service then. */
    public boolean take() {
        if (blocked || ((int) LATCHED.getAndBitwiseAnd(this, ~NMI) & NMI) == 0) {
            return false;
        }
        blocked = true;
        taken++;
        return true;
    }

    /** Delivers what is latched, if nothing blocks it, on top of what the holder does. */
    boolean serve(VirtualCpu cpu) {
        boolean served = false;
        while (take()) {
            served = true;
            boolean irqs = cpu.irqSave();
            interruptedFlag = irqs;
            boolean alone = cpu.alone();
            cpu.setAlone(false);
            int restarts = cpu.signals().restarts();
            entry.nmi();
            cpu.setAlone(alone);
            if (restarts == cpu.signals().restarts()) {
                cpu.writeIrqFlag(irqs);
            }
            returned();
        }
        return served;
    }

    /** A return from interrupt: the next NMI may come. */
    public void returned() {
        blocked = false;
    }

    /** INIT: forgets the one that is latched and the one in service. */
    public void reset() {
        LATCHED.getAndBitwiseAnd(this, ~NMI);
        blocked = false;
    }

    /** Whether an NMI is in service: its handler has not returned, nor an exception in it. */
    public boolean blocked() {
        return blocked;
    }

    /** Returns the interrupt flag of the code that the last NMI interrupted. */
    public boolean interruptedFlag() {
        return interruptedFlag;
    }

    /** How many NMIs were delivered. */
    public long taken() {
        return taken;
    }

    /** How many NMIs found one latched already. */
    public long dropped() {
        return (long) DROPPED.getOpaque(this);
    }
}
