package org.irqlab.kernel.deferral;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * A kernel thread that runs one bottom half whenever it was asked to since its last run began.
 *
 * <p><b>Threads.</b> {@link #schedule} by any holder. <b>Memory ordering.</b> The request is taken
 * before the run, with a full barrier on both sides, so that a request during a run leads to one
 * more.
 *
 * @see "Linux net/core/dev.c, napi_threaded_poll"
 */
final class KernelThread implements DeferredCall {
    private static final VarHandle REQUESTED;

    static {
        try {
            REQUESTED =
                    MethodHandles.lookup()
                            .findVarHandle(KernelThread.class, "requested", int.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final BottomHalf bottomHalf;
    private final boolean bottomHalvesOff;
    private Task task;

    // Any thread, through REQUESTED.
    private int requested;

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
        // Pairs with the getAndSet in loop().
        if ((int) REQUESTED.getAndSet(this, 1) == 0) {
            cpu.scheduler().wake(task);
        }
    }

    void loop(Task self) {
        while (true) {
            self.prepareToSleep('S');
            if ((int) REQUESTED.getVolatile(this) == 0) {
                self.cpu().scheduler().schedule();
                continue;
            }
            self.finishSleep();
            // Pairs with the getAndSet in schedule().
            REQUESTED.getAndSet(this, 0);
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
