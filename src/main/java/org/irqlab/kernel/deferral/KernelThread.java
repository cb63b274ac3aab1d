package org.irqlab.kernel.deferral;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;
import org.irqlab.kernel.sched.ThreadRequest;

/**
 * A kernel thread that runs one bottom half whenever it was asked to since its last run began.
 *
 * <p><b>Threads.</b> {@link #schedule} by any holder. <b>Memory ordering.</b> That of {@link
 * ThreadRequest}: a request during a run leads to one more.
 *
 * @see "Linux net/core/dev.c, napi_threaded_poll"
 */
final class KernelThread implements DeferredCall {
    private final BottomHalf bottomHalf;
    private final boolean bottomHalvesOff;
    private final ThreadRequest request = new ThreadRequest();
    private Task task;

    /**
     * @param bottomHalvesOff runs with softirqs held back, as a NAPI poll does
     */
    KernelThread(BottomHalf bottomHalf, boolean bottomHalvesOff) {
        this.bottomHalf = bottomHalf;
        this.bottomHalvesOff = bottomHalvesOff;
    }

    /** Sets the task that runs {@link #loop}. Before the machine starts. */
    void setTask(Task task) {
        this.task = task;
    }

    @Override
    @HotPath
    public void schedule(KernelCpu cpu) {
        if (request.make()) {
            cpu.scheduler().wake(task);
        }
    }

    void loop(Task self) {
        while (true) {
            request.await(self);
            KernelCpu cpu = self.cpu();
            if (bottomHalvesOff) {
                cpu.bhDisable();
                bottomHalf.run(cpu);
                cpu.bhEnable();
            } else {
                bottomHalf.run(cpu);
            }
            self.cpu().scheduler().reschedulePoint();
        }
    }
}
