package org.irqlab.hw.cpu;

import org.irqlab.base.Checks;
import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.hw.intc.CpuInterruptPort;

/**
 * One emulated CPU: an interrupt flag, a controller port, devices it polls, and a clock by which it
 * spends time.
 *
 * <p>A CPU is a <em>baton</em>. Exactly one thread holds it at a time, and only the holder calls
 * this class, so that everything here is plain. Interrupts are taken by whoever holds the baton, at
 * its next poll point, on top of what it was doing: between two steps of {@link #burn}, when
 * interrupts are enabled, in the idle loop. What is latched while the flag is off stays latched.
 *
 * <p><b>Threads.</b> The holder of the baton, except where a method says otherwise.
 */
public final class VirtualCpu {
    /** Most overshoot of a burn that is carried into the next one. */
    private static final long MAX_CREDIT_NS = 200;

    /** Longest way from a switch back to a preempted task that counts as the task's own time. */
    private static final long MAX_RESUMED_NS = NoiseMeter.HAND_OVER_NS;

    /** Interrupts in a row, with nothing of the interrupted code in between, that are a storm. */
    private static final int STORM = 1_000;

    private static final long LONGEST_PARK_NS = 100_000_000;

    private final int id;
    private final int hostCore;
    private final CpuInterruptPort port;
    private final NoiseMeter noise;
    private final HaltLine haltLine;
    private final NmiLatch nmi;
    private final ShutdownState shutdown;
    private final SignalUnit signals;
    private final PolledDevices devices = new PolledDevices();
    private InterruptEntry entry =
            vector -> {
                throw new IllegalStateException("no kernel entered for vector=" + vector);
            };

    // Holder only.
    private boolean irqsEnabled;
    private boolean alone;
    private long creditNs;
    private long resumedNs;
    private long taken;

    /**
     * Makes CPU {@code id}.
     *
     * @param hostCore the host core that carries it, or {@link GuestThread#ANY_CORE}
     * @param port its side of the interrupt controller
     * @param haltLine what that port pulls when the CPU is halted
     */
    public VirtualCpu(
            int id, int hostCore, CpuInterruptPort port, HaltLine haltLine, NoiseMeter noise) {
        this.id = id;
        this.hostCore = hostCore;
        this.port = port;
        this.noise = noise;
        this.haltLine = haltLine;
        nmi = new NmiLatch(haltLine);
        shutdown = new ShutdownState(haltLine);
        signals = new SignalUnit(this, haltLine);
    }

    /** Sets what an interrupt enters. Before the CPU runs. */
    public void setEntry(InterruptEntry entry) {
        this.entry = entry;
    }

    /** Adds something to serve at poll points. Before the CPU runs, or by the holder. */
    public void addDevice(PolledDevice device) {
        devices.add(device);
    }

    public int id() {
        return id;
    }

    public int hostCore() {
        return hostCore;
    }

    public CpuInterruptPort port() {
        return port;
    }

    public NoiseMeter noise() {
        return noise;
    }

    /** Returns this CPU's NMI line. */
    public NmiLatch nmi() {
        return nmi;
    }

    public ShutdownState shutdown() {
        return shutdown;
    }

    /** Returns what this CPU does about INIT, start-up and external interrupts. */
    public SignalUnit signals() {
        return signals;
    }

    /** Returns how many interrupts and NMIs this CPU has taken. */
    public long taken() {
        return taken + nmi.taken();
    }

    public boolean irqsEnabled() {
        return irqsEnabled;
    }

    /** Turns interrupts off and returns whether they were on. */
    @HotPath
    public boolean irqSave() {
        boolean were = irqsEnabled;
        irqsEnabled = false;
        return were;
    }

    /**
     * Restores what {@link #irqSave} returned; when that turns interrupts on, takes what is
     * pending.
     */
    @HotPath
    public void irqRestore(boolean were) {
        if (were) {
            irqEnable();
        } else {
            irqsEnabled = false;
        }
    }

    /** Turns interrupts on and takes what is pending. */
    @HotPath
    public void irqEnable() {
        irqsEnabled = true;
        if (port.requested()) {
            takeInterrupts();
        }
    }

    public void irqDisable() {
        irqsEnabled = false;
    }

    /**
     * Writes the flag, as an instruction does: what is pending waits for the next poll, that is for
     * the boundary between two instructions.
     */
    public void writeIrqFlag(boolean on) {
        irqsEnabled = on;
    }

    /** A device's deadline moved other than in its own {@link PolledDevice#service}. */
    @HotPath
    public void deadlineChanged() {
        devices.deadlineChanged();
    }

    /** Reads the clock: a long stretch of own code before it was the host's. */
    @HotPath
    public long nowNs() {
        long now = HostClock.nowNs();
        noise.read(now);
        return now;
    }

    /**
     * Returns the time of this CPU's last look at the clock: an interrupt is taken right after one,
     * and while time is spent there is one every few tens of ns. Costs no look but the first.
     */
    @HotPath
    public long lookedNs() {
        long last = noise.lastReadNs();
        return last == NoiseMeter.NEVER ? nowNs() : last;
    }

    /** Reads the clock after the baton was handed to the calling thread. */
    @HotPath
    public void tookBaton() {
        noise.readAfterHandOver(HostClock.nowNs());
    }

    /** Serves what is due and takes what is pending; returns the time of the poll, ns. */
    @HotPath
    public long poll() {
        long now = nowNs();
        attend(now);
        return now;
    }

    /** Returns whether it did anything, so that the time is no longer {@code now}. */
    @HotPath
    private boolean attend(long now) {
        boolean due = devices.due(now);
        if (due) {
            devices.serve(now);
        }
        if (nmi.latched()) {
            due |= signals.take() | nmi.serve(this);
        }
        if (irqsEnabled && port.requested()) {
            return takeInterrupts() | due;
        }
        return due;
    }

    private boolean takeInterrupts() {
        int row = 0;
        while (irqsEnabled) {
            int vector = port.acknowledge();
            if (vector < 0) {
                break;
            }
            if (++row == STORM) {
                entry.storm(vector);
            }
            enter(vector);
            if (nmi.latched()) {
                signals.take();
                nmi.serve(this);
            }
        }
        return row > 0;
    }

    /** Enters the kernel; interrupts are on. */
    void enter(int vector) {
        taken++;
        irqsEnabled = false;
        int restarts = signals.restarts();
        entry.interrupt(vector);
        if (Checks.ON) {
            Checks.invariant(!irqsEnabled, "I-20: interrupt entry returned with interrupts on");
        }
        irqsEnabled = restarts == signals.restarts();
    }

    /**
     * Spends {@code costNs} of this CPU's time, polling on the way.
     *
     * <p>Neither interrupts taken meanwhile nor time that the host stole count as progress.
     */
    @HotPath
    public void burn(long costNs) {
        long left = costNs - creditNs - takeResumed();
        creditNs = 0;
        if (left <= 0) {
            creditNs = Math.min(-left, MAX_CREDIT_NS);
            return;
        }
        long last = nowNs();
        for (; ; ) {
            long now = HostClock.nowNs();
            noise.accounted(now);
            long gap = now - last;
            if (noise.polled(gap)) {
                left -= gap;
            } else {
                judge(last, now);
            }
            if (left <= 0) {
                creditNs = Math.min(-left, MAX_CREDIT_NS);
                return;
            }
            if (attend(now)) {
                last = nowNs();
                left -= takeResumed();
            } else {
                last = now;
            }
        }
    }

    /**
     * Spends time until {@code progressNs} have been spent since {@code originNs}, polling on the
     * way: a caller that passes on what it gets leaves no gap between two calls, since its own code
     * counts.
     *
     * @return the origin, later by what was no progress: interrupts taken, and time that the host
     *     stole
     */
    @HotPath
    public long burnTowards(long originNs, long progressNs) {
        long untilNs = originNs + progressNs - takeResumed();
        long last = nowNs();
        while (last < untilNs) {
            long now = HostClock.nowNs();
            noise.accounted(now);
            if (!noise.polled(now - last)) {
                judge(last, now);
                untilNs += now - last;
            }
            last = now;
            if (now < untilNs && attend(now)) {
                last = nowNs();
                untilNs += last - now - takeResumed();
            }
        }
        return untilNs - progressNs;
    }

    /**
     * The task that was preempted has its CPU back since {@code sinceNs}; the way from there to
     * here is part of what it had left to do.
     *
     * @param moreNs what it has to do in addition because it was preempted
     */
    @HotPath
    public void resumed(long sinceNs, long moreNs) {
        resumedNs = Math.min(HostClock.nowNs() - sinceNs, MAX_RESUMED_NS) - moreNs;
    }

    private long takeResumed() {
        long ns = resumedNs;
        resumedNs = 0;
        return ns;
    }

    /** The host stole the time between two polls: who was hurt by that? */
    private void judge(long lastNs, long nowNs) {
        // What slips with the gap is not late.
        deadlineChanged();
        if (alone && !devices.due(nowNs) && !port.requested()) {
            noise.harmless(lastNs, nowNs);
        } else {
            noise.taint();
        }
    }

    boolean alone() {
        return alone;
    }

    /** Says whether the task that runs is alone on this CPU, with no interrupt on top of it. */
    @HotPath
    public void setAlone(boolean alone) {
        this.alone = alone;
    }

    /** Spends the time until {@code untilNs}; returns whether that was not past already. */
    @HotPath
    public boolean burnUntil(long untilNs) {
        long left = untilNs - nowNs();
        if (left > 0) {
            burn(left);
        }
        return left > 0;
    }

    /**
     * One step of spinning idle: polls once.
     *
     * @param lastNs the time of the previous step
     * @return the time of this poll, ns; negated when it found something to do, which has then been
     *     done
     */
    @HotPath
    public long idleStep(long lastNs) {
        long now = HostClock.nowNs();
        noise.accounted(now);
        if (noise.stolenFromIdle(now - lastNs)) {
            // What slips with the gap is not late.
            deadlineChanged();
            if (devices.due(now) || port.requested()) {
                noise.taint();
            }
        }
        boolean wanted = devices.due(now) || port.requested() || nmi.latched();
        return wanted && attend(now) ? -now : now;
    }

    /**
     * Halts until an interrupt is requested or a deadline passes, at most 100 ms; interrupts must
     * be on. The caller polls afterwards.
     */
    public void halt() {
        long now = HostClock.nowNs();
        long forNs = Math.min(devices.nextDueNs() - now, LONGEST_PARK_NS);
        if (forNs > 0 && port.tryHalt()) {
            haltLine.awaitNanos(forNs);
            port.resumed();
            noise.accounted(HostClock.nowNs());
        }
    }
}
