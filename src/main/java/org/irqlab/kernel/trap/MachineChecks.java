package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.MachineCheckReport.Bit;
import org.irqlab.hw.cpu.exception.TrapFrame;
import org.irqlab.kernel.sched.KernelCpu;
import org.irqlab.kernel.sched.PreemptCount;

/**
 * The machine-check handler, in NMI context: grades the error, and leaves what takes time to the
 * task's way back to user mode.
 *
 * <p><b>Threads.</b> The task that was interrupted.
 *
 * @see "Linux arch/x86/kernel/cpu/mce/core.c, do_machine_check"
 */
final class MachineChecks {
    private final KernelTraps traps;

    MachineChecks(KernelTraps traps) {
        this.traps = traps;
    }

    void handle(ProgramRun run, TrapFrame frame) {
        KernelCpu cpu = run.kernelCpu();
        int interrupted = cpu.preemptCount();
        cpu.restorePreemptCount(
                interrupted + PreemptCount.NMI_OFFSET + PreemptCount.HARDIRQ_OFFSET);
        var severity = MachineCheckSeverity.grade(frame.machineCheck(), frame.fromUser());
        traps.counts(cpu.id()).machineCheck(severity);
        switch (severity) {
            // Logged by whoever polls the banks.
            case NO, DEFERRED, KEEP, SOME, AO -> {}
            case UC, AR -> run.addTaskWork(() -> recover(run, frame));
            case PANIC -> traps.panic(run, frame, "Fatal machine check");
        }
        cpu.restorePreemptCount(interrupted);
        boolean lost = frame.machineCheck().lacks(Bit.RESTART_VALID);
        if (lost && severity != MachineCheckSeverity.PANIC) {
            giveUp(run, frame);
        }
    }

    /** The saved address means nothing: whatever the error was, the code cannot go on. */
    private void giveUp(ProgramRun run, TrapFrame frame) {
        if (frame.fromUser()) {
            run.addTaskWork(() -> traps.kill(run, frame, Signal.SIGBUS));
        } else {
            traps.panic(run, frame, "Machine check without restart address in the kernel");
        }
    }

    /** Task work: the page goes, and the task with it. */
    private void recover(ProgramRun run, TrapFrame frame) {
        run.addressSpace().poison(frame.faultAddress());
        traps.kill(run, frame, Signal.SIGBUS);
    }
}
