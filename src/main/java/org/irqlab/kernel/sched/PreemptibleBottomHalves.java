package org.irqlab.kernel.sched;

/**
 * Disabling and enabling of bottom halves on PREEMPT_RT, where that is a lock of the CPU's that one
 * task has: the others go on, and who is more urgent preempts it.
 *
 * <p>Where the caller cannot sleep, only the count is kept: nobody else gets the CPU then.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux kernel/softirq.c, __local_bh_disable_ip and __local_bh_enable_ip of PREEMPT_RT"
 */
final class PreemptibleBottomHalves {
    private PreemptibleBottomHalves() {}

    /** The outermost disable. */
    static void disable(KernelCpu cpu, BottomHalves halves) {
        if (cpu.preemptCount() == 0 && cpu.hw().irqsEnabled() && !cpu.scheduler().idling()) {
            halves.lock(cpu.current());
        }
    }

    static void enable(KernelCpu cpu, BottomHalves halves) {
        int left = cpu.preemptCount() - PreemptCount.SOFTIRQ_DISABLE_OFFSET;
        if (PreemptCount.inSoftirq(left)) {
            cpu.restorePreemptCount(left);
            return;
        }
        Task self = cpu.current();
        boolean irqs = cpu.hw().irqSave();
        boolean locked = !PreemptCount.inHardirq(left) && halves.lockedBy(self);
        cpu.restorePreemptCount(left);
        if (halves.pending() && !PreemptCount.inInterrupt(left)) {
            if (locked && left == 0 && irqs) {
                halves.enabled();
            } else {
                halves.defer();
            }
        }
        // Interrupts are off since the last look: nothing is pending that nobody knows of.
        if (locked) {
            halves.unlock(self);
        }
        cpu.hw().irqRestore(irqs);
        cpu.preemptIfDue();
    }

    /** Guest code had left bottom halves off, and the count is right again: so is the lock. */
    static void repaired(KernelCpu cpu, BottomHalves halves, int found) {
        int count = cpu.preemptCount();
        boolean forgotten = PreemptCount.inSoftirq(found) && !PreemptCount.inInterrupt(count);
        if (forgotten && halves.lockedBy(cpu.current())) {
            halves.unlock(cpu.current());
        }
    }
}
