package org.irqlab.kernel.trap;

import org.irqlab.base.trace.Tracepoint;
import org.irqlab.hw.cpu.exception.TrapFrame;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;

/**
 * The page-fault handler: serves the fault, so that the instruction is executed again, or calls the
 * access bad.
 *
 * <p><b>Threads.</b> The task that faulted.
 *
 * @see "Linux arch/x86/mm/fault.c, do_user_addr_fault"
 */
final class PageFaults {
    private final KernelTraps traps;

    PageFaults(KernelTraps traps) {
        this.traps = traps;
    }

    void handle(ProgramRun run, TrapFrame frame) {
        KernelCpu cpu = run.kernelCpu();
        cpu.trace(
                frame.fromUser() ? Tracepoint.PAGE_FAULT_USER : Tracepoint.PAGE_FAULT_KERNEL,
                frame.faultAddress(),
                frame.pc(),
                frame.errorCode());
        if (mayNotSleep(run, frame, cpu)) {
            traps.bad(run, frame, Signal.SIGSEGV, "page fault");
            return;
        }
        // The address has been read: what comes now cannot spoil it.
        traps.enableInterrupts(run, frame);
        switch (serve(run, frame)) {
            case DONE, COMPLETED -> {}
            case RETRY, BAD_ACCESS -> traps.bad(run, frame, Signal.SIGSEGV, "page fault");
            case BUS_ERROR -> traps.bad(run, frame, Signal.SIGBUS, "page fault");
        }
    }

    private static boolean mayNotSleep(ProgramRun run, TrapFrame frame, KernelCpu cpu) {
        return !frame.fromUser()
                && (run.pageFaultsDisabled() || PreemptCount.inAtomic(cpu.preemptCount()));
    }

    private AddressSpace.FaultResult serve(ProgramRun run, TrapFrame frame) {
        long address = frame.faultAddress();
        AddressSpace space = run.addressSpace();
        boolean major = space.major(address);
        var result = space.serve(address, frame.write(), false);
        boolean retried = result == AddressSpace.FaultResult.RETRY;
        if (retried) {
            result = space.serve(address, frame.write(), true);
        }
        // The task may have slept, and woken up on another CPU.
        traps.counts(run.kernelCpu().id()).pageFault(major, retried);
        run.countFault(major);
        return result;
    }
}
