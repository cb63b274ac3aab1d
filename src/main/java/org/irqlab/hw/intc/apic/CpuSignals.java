package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.CpuKick;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.NmiLine;
import org.irqlab.hw.intc.ProcessorSignals;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What reaches one CPU past its request register: NMI, INIT, start-up and the external interrupt of
 * a legacy controller (ExtINT).
 *
 * <p>INIT makes the CPU wait for a start-up message; the first one that comes then names the page
 * at which the CPU starts, all others are ignored. A start-up may arrive before the CPU has taken
 * its INIT.
 *
 * <p>SIMPLIFIED: system management interrupts are ignored, and counted. An external interrupt is
 * latched as an edge. The boot processor waits for a start-up as the others do.
 *
 * <p><b>Threads.</b> The senders' methods and the counters: any. {@code take…}: the CPU's owner.
 *
 * <p><b>Progress.</b> Lock-free.
 *
 * <p><b>Memory ordering.</b> What was written before a signal is visible to the owner that takes
 * it.
 *
 * @see "Intel SDM volume 3, Multiple-Processor Management: MP Initialization"
 */
@HotPath
public final class CpuSignals implements ProcessorSignals {
    private static final VarHandle STATE;
    private static final VarHandle IGNORED_SMIS;

    static {
        try {
            var lookup = MethodHandles.lookup();
            STATE = lookup.findVarHandle(CpuSignals.class, "state", int.class);
            IGNORED_SMIS = lookup.findVarHandle(CpuSignals.class, "ignoredSmis", long.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private static final int INIT = 1 << 8;
    private static final int WAITING = 1 << 9;
    private static final int STARTUP = 1 << 10;
    private static final int EXTERNAL = 1 << 11;
    private static final int PAGE = 0xff;

    private CpuKick kick;
    private NmiLine nmi = () -> FireOutcome.DROPPED_NO_TARGET;

    // Any thread, through STATE: signals, and the page of a start-up in 7:0.
    private int state;
    // Any thread, through IGNORED_SMIS.
    private long ignoredSmis;

    CpuSignals(CpuKick kick) {
        this.kick = kick;
    }

    /** Connects what NMIs pull; before the machine runs. */
    void connectNmi(NmiLine line) {
        nmi = line;
    }

    /** Connects what every other signal pulls; before the machine runs. */
    void connect(CpuKick attention) {
        kick = attention;
    }

    FireOutcome nmi() {
        return nmi.raise();
    }

    FireOutcome smi() {
        IGNORED_SMIS.getAndAdd(this, 1L);
        return FireOutcome.DROPPED_NO_TARGET;
    }

    /** Latches an INIT; a start-up that was latched before it is forgotten. */
    FireOutcome init() {
        int before;
        do {
            before = (int) STATE.getVolatile(this);
        } while (!STATE.compareAndSet(this, before, before & EXTERNAL | INIT | WAITING));
        return latched((before & INIT) == 0);
    }

    /** Latches a start-up at {@code page} if the CPU waits for one. */
    FireOutcome startup(int page) {
        int before;
        do {
            before = (int) STATE.getVolatile(this);
            if ((before & WAITING) == 0) {
                return FireOutcome.DROPPED_NO_TARGET;
            }
        } while (!STATE.compareAndSet(this, before, before & ~WAITING | STARTUP | page));
        return latched(true);
    }

    FireOutcome external() {
        return latched(((int) STATE.getAndBitwiseOr(this, EXTERNAL) & EXTERNAL) == 0);
    }

    private FireOutcome latched(boolean isNew) {
        if (isNew) {
            // Always: rare, and a kick that finds the CPU awake does no harm.
            kick.kick();
        }
        return isNew ? FireOutcome.LATCHED : FireOutcome.COALESCED;
    }

    /** {@inheritDoc} One opaque load. */
    @Override
    public boolean any() {
        return ((int) STATE.getOpaque(this) & (INIT | STARTUP | EXTERNAL)) != 0;
    }

    /**
     * Takes an INIT. The CPU then resets itself and its {@link LocalApic#reset local APIC}, and
     * does nothing until {@link #takeStartup} yields a page.
     */
    @Override
    public boolean takeInit() {
        return any() && ((int) STATE.getAndBitwiseAnd(this, ~INIT) & INIT) != 0;
    }

    @Override
    public int takeStartup() {
        int before = (int) STATE.getVolatile(this);
        while ((before & (INIT | STARTUP)) == STARTUP) {
            if (STATE.compareAndSet(this, before, before & ~(STARTUP | PAGE))) {
                return before & PAGE;
            }
            before = (int) STATE.getVolatile(this);
        }
        return NO_STARTUP;
    }

    /**
     * Takes an external interrupt: its vector is the legacy controller's, and it is not ended at
     * the local APIC.
     */
    @Override
    public boolean takeExternal() {
        return any() && ((int) STATE.getAndBitwiseAnd(this, ~EXTERNAL) & EXTERNAL) != 0;
    }

    /** Whether the CPU waits for a start-up. */
    public boolean waitsForStartup() {
        return ((int) STATE.getOpaque(this) & WAITING) != 0;
    }

    /** System management interrupts that were ignored: there is no such mode. */
    public long ignoredSmis() {
        return (long) IGNORED_SMIS.getOpaque(this);
    }
}
