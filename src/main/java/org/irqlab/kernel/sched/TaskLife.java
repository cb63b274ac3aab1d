package org.irqlab.kernel.sched;

import java.util.function.Consumer;

/**
 * Beginning and end of the tasks of one CPU.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux kernel/sched/core.c, schedule_tail and do_task_dead"
 */
public final class TaskLife {
    private final KernelCpu cpu;
    private final CpuScheduler scheduler;

    TaskLife(KernelCpu cpu, CpuScheduler scheduler) {
        this.cpu = cpu;
        this.scheduler = scheduler;
    }

    /** What a task's thread runs when it is first given the baton. */
    void run(Task self, Consumer<Task> body) {
        try {
            scheduler.resumed(self);
            if (!scheduler.idle(self)) {
                // The idle loop does it where it can answer for what an interrupt throws.
                cpu.hw().irqEnable();
            }
            body.accept(self);
        } catch (TaskExit e) {
            // The machine is shutting down.
            self.cpu().restorePreemptCount(0);
        } catch (Throwable e) {
            cpu.smp().fail(e);
            self.cpu().restorePreemptCount(0);
        } finally {
            self.cpu().scheduler().life().exit(self);
        }
    }

    private void exit(Task self) {
        cpu.hw().irqDisable();
        // Interrupts off, and nothing else.
        cpu.checkReturn(0, "task", self.name());
        self.sleep().died();
        scheduler.handOverForGood(self);
    }

    /**
     * Ends {@code task} wherever it waits: its wait throws. By the idle task of a machine that is
     * stopping, interrupts off.
     */
    public void kill(Task task) {
        if (!task.sleep().dead()) {
            task.killed = true;
            task.setCpu(cpu);
            scheduler.switchTo(scheduler.current(), task, CpuScheduler.RUNNABLE, 0);
        }
    }
}
