package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.Task;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Tasks that wait for something about a line: for its threads, or for another task's request.
 *
 * <p><b>Threads.</b> Any holder. A waiter enters itself, announces its sleep and then tests;
 * whoever makes the condition true looks for waiters afterwards, so that one of them sees the
 * other.
 *
 * @see "Linux include/linux/irqdesc.h, wait_for_threads"
 */
final class LineWaiters {
    private final IrqDescriptor line;

    // Guarded by the line's lock; the number of entries also read without it.
    private final List<Task> tasks = new ArrayList<>();
    private volatile int entries;

    LineWaiters(IrqDescriptor line) {
        this.line = line;
    }

    /** Whether anybody may wait. After a full barrier; pairs with the announcement in await(). */
    boolean any() {
        return entries > 0;
    }

    /** Sleeps until {@code condition} holds. Task context; the caller may change CPUs. */
    void await(KernelCpu cpu, BooleanSupplier condition) {
        if (condition.getAsBoolean()) {
            return;
        }
        Task self = cpu.current();
        while (true) {
            enter(self);
            self.prepareToSleep('D');
            if (condition.getAsBoolean()) {
                self.finishSleep();
                return;
            }
            self.cpu().scheduler().schedule();
        }
    }

    private void enter(Task self) {
        KernelCpu cpu = self.cpu();
        boolean irqs = cpu.hw().irqSave();
        line.lock.lock(cpu.id());
        tasks.add(self);
        entries = tasks.size();
        line.lock.unlock(cpu.id());
        cpu.hw().irqRestore(irqs);
    }

    /** Wakes everybody; they test again. The lock is not held. */
    void wakeAll(KernelCpu cpu) {
        boolean irqs = cpu.hw().irqSave();
        line.lock.lock(cpu.id());
        var woken = List.copyOf(tasks);
        tasks.clear();
        entries = 0;
        line.lock.unlock(cpu.id());
        woken.forEach(cpu.scheduler()::wake);
        cpu.hw().irqRestore(irqs);
    }
}
