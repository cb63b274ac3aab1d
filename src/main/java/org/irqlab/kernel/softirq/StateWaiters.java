package org.irqlab.kernel.softirq;

import org.irqlab.base.HotPath;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.concurrent.atomic.AtomicReference;
import java.util.function.BooleanSupplier;

/**
 * Tasks that wait until bits of a state word fall: a lock-free list, woken whole.
 *
 * <p>A waiter enters itself, announces its sleep and then tests; whoever clears the bit does so
 * with a full barrier and looks for waiters afterwards, so that one of them sees the other.
 *
 * <p><b>Threads.</b> Any holder. <b>Progress.</b> {@link #wakeAny} wait-free where nobody waits.
 *
 * @see "Linux kernel/sched/wait_bit.c, wake_up_var"
 */
public final class StateWaiters {
    private final AtomicReference<Waiter> head = new AtomicReference<>();

    private record Waiter(Task task, Waiter next) {}

    /**
     * Sleeps until {@code condition} holds, which is tested whenever the waiters are woken. Task
     * context, nothing disabled; the caller may find itself on another CPU.
     */
    public void await(KernelCpu cpu, BooleanSupplier condition) {
        if (condition.getAsBoolean()) {
            return;
        }
        Task self = cpu.current();
        while (true) {
            head.getAndUpdate(first -> new Waiter(self, first));
            self.prepareToSleep('D');
            // After the announcement; pairs with the look of wakeAny().
            if (condition.getAsBoolean()) {
                self.finishSleep();
                return;
            }
            self.cpu().scheduler().schedule();
        }
    }

    /** Wakes whoever waits; they test again. After the bit was cleared with a full barrier. */
    @HotPath
    public void wakeAny(KernelCpu cpu) {
        if (head.get() != null) {
            for (Waiter w = head.getAndSet(null); w != null; w = w.next) {
                cpu.scheduler().wake(w.task);
            }
        }
    }
}
