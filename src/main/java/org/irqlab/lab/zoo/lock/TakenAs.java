package org.irqlab.lab.zoo.lock;

import org.irqlab.kernel.locking.SpinLock;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.lab.zoo.rig.Form;

/** Takes a spin lock that handlers take: with interrupts on where that is the bug. */
final class TakenAs {
    private TakenAs() {}

    /** Returns whether interrupts were on. */
    static boolean lock(Form form, SpinLock lock, KernelCpu cpu) {
        if (form.buggy()) {
            lock.lock(cpu);
            return true;
        }
        return lock.lockIrqsave(cpu);
    }

    static void unlock(Form form, SpinLock lock, KernelCpu cpu, boolean irqs) {
        if (form.buggy()) {
            lock.unlock(cpu);
        } else {
            lock.unlockIrqrestore(cpu, irqs);
        }
    }
}
