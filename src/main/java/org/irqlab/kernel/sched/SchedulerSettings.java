package org.irqlab.kernel.sched;

import org.irqlab.kernel.sched.fair.FairProfile;

/**
 * How the machine schedules.
 *
 * @param tickNs the scheduler's tick, 1/HZ
 * @param idle what an idle CPU does
 */
public record SchedulerSettings(
        PreemptModel preempt, FairProfile fair, long tickNs, IdlePolicy idle) {
    private static final long TICK_250_HZ_NS = 4_000_000;

    /** Linux 6.18 as most servers run it: no kernel preemption, 250 Hz, halting idle. */
    public static SchedulerSettings linux618() {
        return new SchedulerSettings(
                PreemptModel.NONE, FairProfile.DEFAULT, TICK_250_HZ_NS, IdlePolicy.HALT);
    }

    public SchedulerSettings withPreempt(PreemptModel model) {
        return new SchedulerSettings(model, fair, tickNs, idle);
    }

    public SchedulerSettings withIdle(IdlePolicy policy) {
        return new SchedulerSettings(preempt, fair, tickNs, policy);
    }
}
