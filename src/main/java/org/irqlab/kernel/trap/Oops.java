package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.ExceptionCause;
import org.irqlab.hw.cpu.exception.TrapFrame;
import org.irqlab.kernel.sched.KernelCpu;

/**
 * What the kernel says about an exception that it can do nothing about.
 *
 * @param at the instruction
 * @param number vector, or exception class of the syndrome
 * @param preemptCount of the CPU at that moment: its context
 */
public record Oops(
        String reason,
        ExceptionCause cause,
        int number,
        long errorCode,
        long address,
        int at,
        boolean fromUser,
        int cpu,
        int pid,
        String comm,
        String program,
        int preemptCount) {
    static Oops of(String reason, TrapFrame frame, KernelCpu cpu) {
        return new Oops(
                reason,
                frame.cause(),
                frame.number(),
                frame.errorCode(),
                frame.faultAddress(),
                frame.at(),
                frame.fromUser(),
                cpu.id(),
                cpu.current().pid(),
                cpu.current().name(),
                frame.core().program().name(),
                cpu.preemptCount());
    }

    /** Returns the record as the kernel prints it, in two lines. */
    public String text() {
        String about =
                cause == ExceptionCause.PAGE_FAULT
                        ? "BUG: unable to handle page fault for address: %016x".formatted(address)
                        : reason;
        return "%s: %04x%nCPU: %d PID: %d Comm: %s RIP: %s+%d preempt_count: %x %s"
                .formatted(
                        about,
                        errorCode,
                        cpu,
                        pid,
                        comm,
                        program,
                        at,
                        preemptCount,
                        fromUser ? "user" : "kernel");
    }
}
