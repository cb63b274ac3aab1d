package org.irqlab.kernel.locking;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.ArrayDeque;
import java.util.Deque;

/**
 * Something that will have happened: counts how often, and lets one waiter go for each.
 *
 * <p><b>Threads.</b> Waiters: tasks. {@link #complete}: any holder, in any context.
 *
 * <p><b>Not modelled.</b> Waits with a time limit.
 *
 * @see "Linux kernel/sched/completion.c"
 */
public final class Completion {
    private static final int FOR_ALL = Integer.MAX_VALUE;

    private final String name;
    private final RawSpinLock lock = new RawSpinLock();

    // Guarded by lock.
    private int done;
    private final Deque<Task> waiters = new ArrayDeque<>();

    /**
     * @param name names the wait in reports
     */
    public Completion(String name) {
        this.name = name;
    }

    /** Sleeps until it has been completed once more than others have waited for. */
    public void await(Task self) {
        self.cpu().mightSleep(name);
        boolean irqs = lock(self.cpu());
        while (done == 0) {
            waiters.addLast(self);
            self.prepareToSleep('D');
            unlock(self.cpu(), irqs);
            self.cpu().scheduler().schedule();
            irqs = lock(self.cpu());
            waiters.remove(self);
        }
        take();
        unlock(self.cpu(), irqs);
    }

    /** Takes one completion if there is one; returns whether there was. Any context. */
    public boolean tryAwait(KernelCpu cpu) {
        boolean irqs = lock(cpu);
        boolean any = done > 0;
        if (any) {
            take();
        }
        unlock(cpu, irqs);
        return any;
    }

    private void take() {
        if (done != FOR_ALL) {
            done--;
        }
    }

    /** It has happened once: lets the first waiter go, or the next one to come. Any context. */
    public void complete(KernelCpu cpu) {
        cpu.preemptDisable();
        boolean irqs = lock(cpu);
        if (done != FOR_ALL) {
            done++;
        }
        wakeFirst(cpu);
        unlock(cpu, irqs);
        cpu.preemptEnable();
    }

    /** It has happened for good: lets everybody go, from now on. Any context. */
    public void completeAll(KernelCpu cpu) {
        cpu.preemptDisable();
        boolean irqs = lock(cpu);
        done = FOR_ALL;
        while (!waiters.isEmpty()) {
            wakeFirst(cpu);
        }
        unlock(cpu, irqs);
        cpu.preemptEnable();
    }

    private void wakeFirst(KernelCpu cpu) {
        Task first = waiters.poll();
        if (first != null) {
            cpu.scheduler().wake(first);
        }
    }

    /** Makes it as if it had never happened. Nobody waits. */
    public void reset(KernelCpu cpu) {
        boolean irqs = lock(cpu);
        done = 0;
        unlock(cpu, irqs);
    }

    private boolean lock(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        lock.lock(cpu.id());
        return irqs;
    }

    private void unlock(KernelCpu cpu, boolean irqs) {
        lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
    }
}
