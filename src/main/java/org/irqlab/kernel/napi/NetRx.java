package org.irqlab.kernel.napi;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.softirq.SoftirqVector;
import org.irqlab.kernel.softirq.Softirqs;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The instances that one CPU polls in NET_RX, and what that vector does.
 *
 * <p>A run ends when nothing is left, when it has used up its budget of packets, or at the second
 * tick. What has used up its weight, or is left, stays at the head of the list, and the vector is
 * raised again.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton; counters are read by any thread.
 *
 * @see "Linux net/core/dev.c, net_rx_action and ____napi_schedule"
 */
public final class NetRx {
    private static final VarHandle COUNT = MethodHandles.arrayElementVarHandle(long[].class);
    private static final int RUNS = 0;
    private static final int PROCESSED = 1;
    private static final int TIME_SQUEEZE = 2;

    private final KernelCpu cpu;
    private final Softirqs softirqs;
    private final NapiCore core;
    private final NapiSettings settings;
    private final long tickNs;

    // Holder only. The poll list with interrupts off, the others by the action.
    private final NapiList pollList = new NapiList();
    private final NapiList list = new NapiList();
    private final NapiList repoll = new NapiList();
    private boolean inAction;

    // Holder only, opaque for the readers.
    private final long[] counts = new long[TIME_SQUEEZE + 1];

    NetRx(KernelCpu cpu, Softirqs softirqs, NapiCore core, NapiSettings settings, long tickNs) {
        this.cpu = cpu;
        this.softirqs = softirqs;
        this.core = core;
        this.settings = settings;
        this.tickNs = tickNs;
    }

    /** Has {@code napi} polled on this CPU. By its owner, interrupts off. */
    @HotPath
    void add(Napi napi) {
        pollList.add(napi);
        // A run in progress looks at the list before it ends.
        if (!inAction) {
            softirqs.raise(SoftirqVector.NET_RX);
        }
    }

    void remove(Napi napi) {
        pollList.remove(napi);
    }

    /** The action of NET_RX. */
    @HotPath
    void run() {
        count(RUNS, 1);
        long endTick = Math.floorDiv(HostClock.nowNs(), tickNs) + settings.budgetTicks();
        int budget = settings.budget();
        takePollList();
        while (true) {
            if (list.isEmpty()) {
                if (!repoll.isEmpty()) {
                    break;
                }
                inAction = false;
                // What was added while the flag was set raised nothing.
                if (pollList.isEmpty()) {
                    return;
                }
                takePollList();
                continue;
            }
            budget -= pollOne(list.take());
            if (budget <= 0 || Math.floorDiv(HostClock.nowNs(), tickNs) >= endTick) {
                count(TIME_SQUEEZE, 1);
                break;
            }
        }
        putBack();
    }

    private void takePollList() {
        inAction = true;
        cpu.hw().irqDisable();
        list.addAll(pollList);
        cpu.hw().irqEnable();
    }

    private int pollOne(Napi napi) {
        int polled = core.poll(napi, cpu);
        if ((polled & NapiCore.REPOLL) != 0) {
            repoll.add(napi);
        }
        int work = polled & ~NapiCore.REPOLL;
        count(PROCESSED, work);
        return work;
    }

    /** What is left first, then what has come meanwhile, then what used up its weight. */
    private void putBack() {
        cpu.hw().irqDisable();
        list.addAll(pollList);
        list.addAll(repoll);
        pollList.addAll(list);
        if (pollList.isEmpty()) {
            inAction = false;
        } else {
            softirqs.raiseIrqsOff(SoftirqVector.NET_RX);
        }
        cpu.hw().irqEnable();
    }

    /** Takes over what waits on a CPU that has gone. By this CPU's holder. */
    void takeOver(NetRx dead) {
        boolean irqs = cpu.hw().irqSave();
        while (!dead.pollList.isEmpty()) {
            add(dead.pollList.take());
        }
        cpu.hw().irqRestore(irqs);
    }

    private void count(int slot, int by) {
        COUNT.setOpaque(counts, slot, counts[slot] + by);
    }

    /** Returns how often NET_RX ran on this CPU. */
    public long runs() {
        return (long) COUNT.getOpaque(counts, RUNS);
    }

    /** Returns how many packets its polls served: the first column of softnet_stat. */
    public long processed() {
        return (long) COUNT.getOpaque(counts, PROCESSED);
    }

    /** Returns how often a run ended with work left: the third column. */
    public long timeSqueeze() {
        return (long) COUNT.getOpaque(counts, TIME_SQUEEZE);
    }
}
