package org.irqlab.kernel.napi;

import org.irqlab.base.HotPath;
import org.irqlab.base.time.HostClock;
import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.cpu.PolledDevice;
import org.irqlab.kernel.boot.Machine;
import org.irqlab.kernel.diag.ReportKind;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.TaskPolicy;
import org.irqlab.kernel.softirq.SoftirqVector;

import java.util.ArrayList;
import java.util.List;

/**
 * NAPI of one machine: makes instances, has them polled, and lets drivers and tasks at them.
 *
 * <p><b>Threads.</b> Made, and instances added, before the machine starts; then any holder.
 *
 * <p>SIMPLIFIED: no generic receive offload, so that nothing is held back between two polls; a
 * thread of an instance, once made, stays when the instance is no longer threaded.
 *
 * @see "Linux net/core/dev.c, napi_complete_done and __napi_poll;
 *     Documentation/networking/napi.rst"
 */
public final class NapiCore {
    /** Set in what {@link #poll} returns when the caller is to poll again, as the owner. */
    static final int REPOLL = 1 << 30;

    private final Machine machine;
    private final NapiSettings settings;
    private final NetRx[] netRx;
    private final NapiTimer[] timers;
    private final List<Napi> instances = new ArrayList<>();

    /**
     * Gives NET_RX of {@code machine} to NAPI; what the vector does besides comes afterwards. The
     * tick is that of {@code tickNs}.
     */
    public NapiCore(Machine machine, NapiSettings settings, long tickNs) {
        this.machine = machine;
        this.settings = settings;
        netRx = new NetRx[machine.cpus()];
        timers = new NapiTimer[machine.cpus()];
        for (int id = 0; id < netRx.length; id++) {
            var cpu = machine.cpu(id);
            netRx[id] = new NetRx(cpu, machine.softirqs(id), this, settings, tickNs);
            timers[id] = new NapiTimer(cpu, machine.calls());
            cpu.hw().addDevice(timers[id]);
        }
        machine.addSoftirqActionFirst(SoftirqVector.NET_RX, cpu -> netRx[cpu.id()].run());
        machine.addTakeOver((dead, live) -> netRx[live.id()].takeOver(netRx[dead]));
    }

    /** Adds an instance, disabled, that NET_RX polls. */
    public Napi add(String name, NapiPoll poll) {
        var napi = new Napi(poll, name, machine.names().id(name), instances.size(), this);
        instances.add(napi);
        for (NapiTimer timer : timers) {
            timer.add(napi);
        }
        return napi;
    }

    /** Gives {@code napi} a thread of its own, which starts on {@code cpu}; not used yet. */
    public Task addThread(Napi napi, int cpu) {
        napi.thread =
                machine.newTask(
                        cpu,
                        "napi/" + napi.name + "-" + napi.index,
                        TaskPolicy.NORMAL,
                        true,
                        self -> NapiThread.loop(this, napi, self));
        return napi.thread;
    }

    /**
     * Has {@code napi} polled by its thread from its next poll on, or in NET_RX. Whoever owns it
     * now goes on until it completes.
     */
    public void setThreaded(Napi napi, boolean threaded) {
        if (napi.thread == null) {
            throw new IllegalStateException("napi=" + napi.name + " has no thread");
        }
        napi.wantsThread = threaded;
        napi.state.setThreaded(threaded);
    }

    public NetRx netRx(int cpu) {
        return netRx[cpu];
    }

    /** Returns the instances, in the order in which they were added. */
    public List<Napi> instances() {
        return List.copyOf(instances);
    }

    /** Asks for a poll of {@code napi}: what a driver's top half does. Any context. */
    @HotPath
    public NapiRequest schedule(Napi napi, KernelCpu cpu) {
        NapiRequest request = napi.state.schedulePrep();
        switch (request) {
            case SCHEDULED -> {
                napi.scheduled.getAndIncrement();
                scheduleOwned(napi, cpu);
            }
            case MISSED -> napi.missed.getAndIncrement();
            case DISABLED -> napi.refused.getAndIncrement();
        }
        return request;
    }

    /** Hands the instance to whoever polls it. By the owner. */
    @HotPath
    private void scheduleOwned(Napi napi, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        if (napi.thread != null && napi.state.has(NapiState.THREADED)) {
            napi.state.giveToThread();
            cpu.scheduler().wake(napi.thread);
        } else {
            netRx[cpu.id()].add(napi);
        }
        cpu.hw().irqRestore(irqs);
    }

    /**
     * Polls {@code napi} once, with its weight. Bottom halves off or served.
     *
     * @return the packets it served, with {@link #REPOLL} if it is to be polled again
     */
    @HotPath
    int poll(Napi napi, KernelCpu cpu) {
        int work = 0;
        if (napi.state.has(NapiState.SCHED)) {
            work = callPoll(napi, Napi.WEIGHT, cpu);
        }
        if (work < Napi.WEIGHT) {
            return work;
        }
        if (napi.state.has(NapiState.DISABLE)) {
            completeDone(napi, 0, cpu);
            return work;
        }
        if (napi.state.has(NapiState.PREFER_BUSY_POLL)) {
            // The device's interrupt stays off: the timer, or this, brings the next poll.
            if (completeDone(napi, work, cpu)) {
                schedule(napi, cpu);
            }
            return work;
        }
        if (napi.onList) {
            cpu.report(ReportKind.NAPI_RESCHEDULED, napi.name, List.of());
            return work;
        }
        return work | REPOLL;
    }

    private int callPoll(Napi napi, int budget, KernelCpu cpu) {
        napi.beginsPoll(cpu);
        int work = napi.poll.poll(napi, budget, cpu);
        napi.endsPoll(cpu);
        cpu.trace(Tracepoint.NAPI_POLL, napi.nameId, work, budget);
        napi.counted(work, budget);
        if (work > budget) {
            cpu.report(
                    ReportKind.NAPI_OVER_WEIGHT,
                    napi.name,
                    List.of("returned %d of a budget of %d".formatted(work, budget)));
        }
        return work;
    }

    /**
     * A poll that did {@code work}, less than its budget, is done. By the poll function.
     *
     * @return whether the driver turns the device's interrupt on: {@code false} when something was
     *     missed, or the timer or a busy poller looks next
     */
    @HotPath
    public boolean completeDone(Napi napi, int work, KernelCpu cpu) {
        if (napi.state.has(NapiState.NPSVC | NapiState.IN_BUSY_POLL)) {
            return false;
        }
        if (work > 0) {
            napi.deferLeft = settings.deferHardIrqs();
        }
        boolean deferred = napi.deferLeft > 0 && settings.flushTimeoutNs() > 0;
        napi.deferLeft -= napi.deferLeft > 0 ? 1 : 0;
        if (napi.onList) {
            takeOffList(napi, cpu);
        }
        napi.endsPoll(cpu);
        switch (napi.state.complete()) {
            case MISSED -> {
                scheduleOwned(napi, cpu);
                return false;
            }
            case NOT_OWNED -> cpu.report(ReportKind.NAPI_COMPLETE_NOT_OWNED, napi.name, List.of());
            case DONE -> napi.waiters.wakeAny(cpu);
        }
        if (deferred) {
            armTimer(napi, cpu);
        }
        return !deferred;
    }

    private void takeOffList(Napi napi, KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        netRx[cpu.id()].remove(napi);
        cpu.hw().irqRestore(irqs);
    }

    private void armTimer(Napi napi, KernelCpu cpu) {
        timers[cpu.id()].arm(napi, HostClock.nowNs() + settings.flushTimeoutNs());
    }

    /** The timer of {@code napi} has expired. Hardirq context. */
    void timerFires(Napi napi, KernelCpu cpu) {
        if (napi.state.tryTimer()) {
            napi.scheduled.getAndIncrement();
            scheduleOwned(napi, cpu);
        }
    }

    /**
     * Waits until nobody polls {@code napi}, and keeps it so: requests are only noted. Task
     * context, may sleep; the caller may find itself on another CPU.
     */
    public void disable(Napi napi, KernelCpu cpu) {
        Task self = cpu.current();
        napi.state.announceDisable();
        napi.waiters.await(cpu, napi.state::tryDisable);
        timers[self.cpu().id()].arm(napi, PolledDevice.NEVER);
        napi.state.endDisable();
    }

    /**
     * Lets {@code napi} be polled, for the first time or after a disable.
     *
     * @return {@code false} if it was enabled: a guest error, without effect
     */
    public boolean enable(Napi napi, KernelCpu cpu) {
        boolean was = napi.state.enable(napi.wantsThread && napi.thread != null);
        // Another task may wait to disable it.
        napi.waiters.wakeAny(cpu);
        return was;
    }

    /** One turn of a busy poller that owns {@code napi}. Bottom halves off. */
    @HotPath
    int busyTurn(Napi napi, KernelCpu cpu) {
        return callPoll(napi, settings.busyBudget(), cpu);
    }

    /**
     * A busy poller ends: one more poll, whose completion turns the device's interrupt on.
     *
     * @param prefer leave that to the timer, where there is one
     * @return what that poll served
     */
    int busyStop(Napi napi, boolean prefer, KernelCpu cpu) {
        napi.state.leaveBusyPoll();
        cpu.bhDisable();
        boolean toTimer = false;
        if (prefer) {
            napi.deferLeft = settings.deferHardIrqs();
            toTimer = napi.deferLeft > 0 && settings.flushTimeoutNs() > 0;
            if (toTimer) {
                armTimer(napi, cpu);
            }
        }
        int budget = settings.busyBudget();
        int work = callPoll(napi, budget, cpu);
        if (work == budget) {
            if (toTimer) {
                napi.state.releaseToTimer();
                napi.waiters.wakeAny(cpu);
            } else {
                scheduleOwned(napi, cpu);
            }
        }
        cpu.bhEnable();
        return work;
    }
}
