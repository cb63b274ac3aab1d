package org.irqlab.kernel.napi;

import org.irqlab.base.Checks;
import org.irqlab.kernel.irq.ipi.IrqWork;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.softirq.StateWaiters;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One receive queue as the kernel polls it.
 *
 * <p><b>Threads.</b> The state by any holder; the rest by the owner, that is by who has SCHED.
 * Counters are read by any thread.
 *
 * @see "Linux include/linux/netdevice.h, struct napi_struct"
 */
public final class Napi {
    /** What a poll may do at most. */
    public static final int WEIGHT = 64;

    private static final int NOBODY = -1;

    final NapiState state = new NapiState();
    final StateWaiters waiters = new StateWaiters();
    final NapiPoll poll;
    final String name;
    final int nameId;
    final int index;
    final IrqWork timer;

    // Before the machine starts.
    Task thread;
    volatile boolean wantsThread;

    // Owner only.
    Napi next;
    boolean onList;
    int deferLeft;

    // For the checks: who polls.
    private final AtomicInteger poller = new AtomicInteger(NOBODY);

    final AtomicLong scheduled = new AtomicLong();
    final AtomicLong missed = new AtomicLong();
    final AtomicLong refused = new AtomicLong();

    // Atomic: a poll that completed counts when the next owner may be polling already.
    private final AtomicLong polls = new AtomicLong();
    private final AtomicLong packets = new AtomicLong();
    private final AtomicLong overWeight = new AtomicLong();

    Napi(NapiPoll poll, String name, int nameId, int index, NapiCore core) {
        this.poll = poll;
        this.name = name;
        this.nameId = nameId;
        this.index = index;
        timer = new IrqWork(cpu -> core.timerFires(this, cpu));
    }

    public String name() {
        return name;
    }

    void beginsPoll(KernelCpu cpu) {
        if (Checks.ON) {
            Checks.invariant(
                    state.has(NapiState.SCHED) && poller.compareAndSet(NOBODY, cpu.id()),
                    "I-70: two polls of one instance");
        }
    }

    /** The ownership goes, with the completion or with the end of the poll. */
    void endsPoll(KernelCpu cpu) {
        if (Checks.ON) {
            // Fails after a completion: the next owner may be polling elsewhere.
            poller.compareAndSet(cpu.id(), NOBODY);
        }
    }

    void counted(int work, int budget) {
        polls.getAndIncrement();
        packets.getAndAdd(work);
        if (work > budget) {
            overWeight.getAndIncrement();
        }
    }

    /** Returns whether somebody owns it, also who disabled it: racy. */
    public boolean owned() {
        return state.has(NapiState.SCHED);
    }

    /** Returns whether requests are refused or the instance is disabled: racy. */
    public boolean disabled() {
        return state.has(NapiState.DISABLE | NapiState.NPSVC);
    }

    /** Returns how many requests took the instance. */
    public long scheduled() {
        return scheduled.get();
    }

    /** Returns how many requests found it owned. */
    public long missed() {
        return missed.get();
    }

    /** Returns how many requests found it being disabled. */
    public long refused() {
        return refused.get();
    }

    public long polls() {
        return polls.get();
    }

    public long packets() {
        return packets.get();
    }

    /** Returns how many polls did more than they were allowed to: guest errors. */
    public long overWeight() {
        return overWeight.get();
    }
}
