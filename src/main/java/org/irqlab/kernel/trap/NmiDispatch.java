package org.irqlab.kernel.trap;

import org.irqlab.base.Checks;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.cpu.NmiEntry;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;

import java.util.ArrayList;
import java.util.List;

/**
 * One CPU's NMI entry: asks every handler, and runs once more for an NMI that came in the middle.
 *
 * <p>An exception inside a handler unblocks NMIs by its return, so that the CPU may deliver the
 * next one on top. That one does nothing but ask for another round: handlers never nest.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton; handlers are added before the machine starts.
 *
 * @see "Linux arch/x86/kernel/nmi.c, exc_nmi and default_do_nmi"
 */
public final class NmiDispatch implements NmiEntry {
    private final KernelCpu cpu;
    private final List<NmiHandler> handlers = new ArrayList<>();
    private final List<Integer> nameIds = new ArrayList<>();

    private boolean running;
    private boolean inHandler;
    private boolean again;
    private long handled;
    private long unknown;
    private long nested;

    /** Makes the entry of {@code cpu} and connects it. */
    public NmiDispatch(KernelCpu cpu) {
        this.cpu = cpu;
        cpu.hw().nmi().setEntry(this);
    }

    /** Adds a handler without a name of its own in the trace. */
    public void add(NmiHandler handler) {
        add(handler, 0);
    }

    /**
     * Adds a handler.
     *
     * @param nameId of its function, for the trace
     */
    public void add(NmiHandler handler, int nameId) {
        handlers.add(handler);
        nameIds.add(nameId);
    }

    @Override
    public void nmi() {
        if (running) {
            nested++;
            again = true;
            return;
        }
        running = true;
        int interrupted = cpu.preemptCount();
        int entered = interrupted + PreemptCount.NMI_OFFSET + PreemptCount.HARDIRQ_OFFSET;
        cpu.restorePreemptCount(entered);
        do {
            again = false;
            askHandlers();
        } while (again);
        if (cpu.preemptCount() != entered) {
            cpu.repairPreemptCount(entered);
        }
        cpu.restorePreemptCount(interrupted);
        running = false;
    }

    private void askHandlers() {
        if (Checks.ON) {
            Checks.invariant(!inHandler, "I-17: NMI handler in NMI handler");
        }
        inHandler = true;
        boolean known = false;
        for (int i = 0; i < handlers.size(); i++) {
            // All are asked: one NMI may stand for several causes.
            known |= ask(handlers.get(i), nameIds.get(i));
        }
        inHandler = false;
        if (known) {
            handled++;
        } else {
            unknown++;
        }
    }

    private boolean ask(NmiHandler handler, int nameId) {
        long began = HostClock.nowNs();
        boolean known = handler.handle(cpu);
        long ns = HostClock.nowNs() - began;
        cpu.traceInNmi(Tracepoint.NMI_HANDLER, nameId, ns, known ? 1 : 0);
        return known;
    }

    /** Returns how many rounds found a handler that knew the cause. */
    public long handled() {
        return handled;
    }

    /** Returns how many rounds nobody knew the cause of. */
    public long unknown() {
        return unknown;
    }

    /** Returns how many NMIs came while another was being handled. */
    public long nested() {
        return nested;
    }
}
