package org.irqlab.support;

import org.irqlab.hw.intc.CpuInterruptPort;
import org.irqlab.hw.intc.FireOutcome;

import java.util.BitSet;

/** A CPU's port of a controller without priorities: lowest vector first. One thread only. */
public final class FakePort implements CpuInterruptPort {
    public static final int TIMER = 0xec;

    private final BitSet requests = new BitSet();
    private final FakeTimer timer = new FakeTimer(this);
    private Runnable onLook = () -> {};
    private int inService;
    private int halts;
    private int resumes;

    /** Runs {@code stall} whenever the CPU looks for a request, at every poll. */
    public void onLook(Runnable stall) {
        onLook = stall;
    }

    /** Returns how often the CPU halted. */
    public int halts() {
        return halts;
    }

    public int resumes() {
        return resumes;
    }

    @Override
    public boolean requested() {
        onLook.run();
        return !requests.isEmpty();
    }

    @Override
    public boolean deliverable() {
        return !requests.isEmpty();
    }

    @Override
    public int acknowledge() {
        int vector = requests.nextSetBit(0);
        if (vector < 0) {
            return NONE;
        }
        requests.clear(vector);
        inService++;
        return vector;
    }

    @Override
    public int spuriousVector() {
        return 0xff;
    }

    @Override
    public void endOfInterrupt() {
        inService--;
    }

    @Override
    public boolean inService() {
        return inService > 0;
    }

    @Override
    public FireOutcome accept(int vector) {
        boolean set = requests.get(vector);
        requests.set(vector);
        return set ? FireOutcome.COALESCED : FireOutcome.LATCHED;
    }

    @Override
    public FireOutcome timerExpired() {
        return accept(TIMER);
    }

    @Override
    public FakeTimer timer() {
        return timer;
    }

    @Override
    public boolean tryHalt() {
        if (requests.isEmpty()) {
            halts++;
            return true;
        }
        return false;
    }

    @Override
    public void resumed() {
        resumes++;
    }
}
