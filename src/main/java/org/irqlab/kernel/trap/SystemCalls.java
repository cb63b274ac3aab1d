package org.irqlab.kernel.trap;

import org.irqlab.hw.cpu.exception.GuestCore;

/** What a program's system calls do. */
@FunctionalInterface
public interface SystemCalls {
    /** Returned for a number that nothing belongs to. */
    long ENOSYS = -38;

    /** No call at all. */
    SystemCalls NONE = (run, number, core) -> ENOSYS;

    /**
     * Executes one call, with interrupts on; may sleep.
     *
     * @param number from register 0
     * @param core holds the arguments in registers 1 to 6
     * @return what register 0 holds afterwards
     */
    long call(ProgramRun run, long number, GuestCore core);
}
