package org.irqlab.kernel.boot;

import org.irqlab.hw.cpu.StartupEntry;
import org.irqlab.hw.intc.InterruptController;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.time.ClockEvents;

/**
 * Where a CPU of a machine starts after INIT: sets its interrupts and its timer up again.
 *
 * <p>What others asked of it meanwhile, or before with interrupts that INIT discarded, it asks of
 * itself again. Interrupts of devices stay lost, as their counters say.
 *
 * <p>SIMPLIFIED: what INIT interrupted goes on after the start-up instead of being lost, whatever
 * the page is: a thread of the kernel cannot be taken apart in the middle.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Linux arch/x86/kernel/smpboot.c, start_secondary"
 */
final class SecondaryStart implements StartupEntry {
    private final KernelCpu cpu;
    private final ClockEvents timer;

    SecondaryStart(KernelCpu cpu, ClockEvents timer) {
        this.cpu = cpu;
        this.timer = timer;
    }

    @Override
    public boolean abandoned() {
        return cpu.smp().stopping();
    }

    @Override
    public void start(int page, boolean interruptedFlag) {
        cpu.hw().port().setUp();
        timer.resume();
        InterruptController controller = cpu.smp().controller();
        var vectors = controller.vectors();
        controller.sendIpi(cpu.id(), vectors.reschedule());
        controller.sendIpi(cpu.id(), vectors.callFunctionSingle());
        controller.sendIpi(cpu.id(), vectors.irqWork());
        cpu.hw().writeIrqFlag(interruptedFlag);
    }
}
