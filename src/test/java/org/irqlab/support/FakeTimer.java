package org.irqlab.support;

import org.irqlab.hw.intc.CpuTimer;
import org.irqlab.hw.intc.FireOutcome;

/** A timer of single shots. One thread only. */
public final class FakeTimer implements CpuTimer {
    private final FakePort port;
    private Runnable listener = () -> {};
    private long deadlineNs = NEVER;
    private int acknowledged;
    private long missed;

    FakeTimer(FakePort port) {
        this.port = port;
    }

    @Override
    public long nextDueNs() {
        return deadlineNs;
    }

    @Override
    public void service(long nowNs) {
        deadlineNs = NEVER;
        missed += port.timerExpired() == FireOutcome.LATCHED ? 0 : 1;
    }

    @Override
    public void onRearm(Runnable listener) {
        this.listener = listener;
    }

    @Override
    public void armOnce(long deadlineNs) {
        this.deadlineNs = deadlineNs;
        listener.run();
    }

    @Override
    public void disarm() {
        armOnce(NEVER);
    }

    @Override
    public void acknowledge() {
        acknowledged++;
    }

    /** Returns how often a handler has seen an expiry. */
    public int acknowledged() {
        return acknowledged;
    }

    @Override
    public long missed() {
        return missed;
    }
}
