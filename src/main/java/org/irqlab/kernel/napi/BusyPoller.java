package org.irqlab.kernel.napi;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.function.IntPredicate;

/**
 * A task that polls an instance itself while it waits for packets, instead of sleeping until an
 * interrupt has brought them.
 *
 * <p>It owns the instance as any other poller does, and keeps it from one turn to the next; what
 * asks for a poll meanwhile is noted, and served by the poll with which it ends.
 *
 * <p><b>Threads.</b> The task, on its CPU.
 *
 * @see "Linux net/core/dev.c, napi_busy_loop and busy_poll_stop"
 */
public final class BusyPoller {
    private final NapiCore core;
    private final Napi napi;
    private final boolean prefer;

    // The task only.
    private boolean owns;
    private long found;

    /**
     * @param prefer asks that NET_RX leaves the instance to busy pollers, SO_PREFER_BUSY_POLL
     */
    public BusyPoller(NapiCore core, Napi napi, boolean prefer) {
        this.core = core;
        this.napi = napi;
        this.prefer = prefer;
    }

    /**
     * Polls until {@code enough}, which is told what the turn has served and asked after each.
     * Somebody else may own the instance; then a turn serves nothing. Task context, nothing
     * disabled.
     *
     * @return how many packets all turns served
     */
    @HotPath
    public long poll(Task self, IntPredicate enough) {
        found = 0;
        while (!turn(self.cpu(), enough)) {
            if (self.cpu().scheduler().needResched()) {
                stop(self.cpu());
                self.cpu().scheduler().reschedulePoint();
            }
            Thread.onSpinWait();
            self.cpu().hw().poll();
        }
        stop(self.cpu());
        return found;
    }

    private boolean turn(KernelCpu cpu, IntPredicate enough) {
        int work = 0;
        cpu.bhDisable();
        if (!owns) {
            owns = napi.state.tryBusyPoll();
            if (!owns && prefer) {
                napi.state.preferBusyPoll();
            }
        }
        if (owns) {
            work = core.busyTurn(napi, cpu);
            found += work;
        }
        cpu.bhEnable();
        return enough.test(work);
    }

    private void stop(KernelCpu cpu) {
        if (owns) {
            owns = false;
            found += core.busyStop(napi, prefer, cpu);
        }
    }
}
