package org.irqlab.lab.zoo.work;

import org.irqlab.base.time.HostClock;
import org.irqlab.kernel.sched.SchedulerSettings;
import org.irqlab.kernel.workqueue.setup.WorkerSettings;
import org.irqlab.kernel.workqueue.setup.WorkqueueTimes;
import org.irqlab.lab.measure.Platform;
import org.irqlab.lab.zoo.rig.ZooMachine;
import org.irqlab.lab.zoo.rig.ZooRig;

/** A machine of one CPU whose tick looks for hogs and lockups of its workers. */
final class TickingMachine {
    static final long MS = 1_000_000;

    private static final long TICK_NS = SchedulerSettings.linux618().tickNs();

    private TickingMachine() {}

    /** The kernel's time limits, with lockups reported after {@code lockupNs}, and no hogs. */
    static WorkqueueTimes lockupAfter(long lockupNs) {
        var linux = WorkqueueTimes.linux(TICK_NS);
        return new WorkqueueTimes(
                linux.maydayNs(),
                linux.maydayAgainNs(),
                linux.retryNs(),
                linux.idleNs(),
                0,
                lockupNs);
    }

    /** The kernel's time limits, with another one for hogs. */
    static WorkqueueTimes hogAfter(long hogNs) {
        return WorkqueueTimes.linux(TICK_NS).withHogNs(hogNs);
    }

    static ZooMachine make(ZooRig rig, WorkerSettings workers) {
        ZooMachine m = rig.machine(Platform.X86, ZooRig.spec(1).withWorkers(workers));
        m.machine().timer(0).armPeriodic(HostClock.nowNs(), TICK_NS);
        return m;
    }
}
