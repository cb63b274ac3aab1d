package org.irqlab.hw.cpu.exception;

/**
 * What the CPU saves on the way into a {@link TrapHandler}, and what it returns to.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 */
public final class TrapFrame {
    private final GuestEvent event;
    private final int number;
    private final ExceptionClass kind;
    private final long errorCode;
    private final GuestCore core;
    private final CpuMode mode;
    private final boolean interruptFlag;
    private final boolean singleStep;
    private int pc;
    private boolean ended;

    TrapFrame(
            GuestEvent event,
            int number,
            ExceptionClass kind,
            long errorCode,
            GuestCore core,
            boolean interruptFlag) {
        this.event = event;
        this.number = number;
        this.kind = kind;
        this.errorCode = errorCode;
        this.core = core;
        this.interruptFlag = interruptFlag;
        mode = core.mode();
        singleStep = core.singleStep();
        pc = kind.savedPc(event.at(), event.next());
    }

    public ExceptionCause cause() {
        return event.cause();
    }

    /** Returns the vector on x86, the exception class of the syndrome on ARM64. */
    public int number() {
        return number;
    }

    public ExceptionClass kind() {
        return kind;
    }

    /** Returns the error code on x86, 0 where there is none; the syndrome on ARM64. */
    public long errorCode() {
        return errorCode;
    }

    /** Returns the address that was accessed: CR2 or FAR_EL1. */
    public long faultAddress() {
        return event.address();
    }

    /** Whether the faulting access was a write. */
    public boolean write() {
        return (event.detail() & GuestEvent.WRITE) != 0;
    }

    /** Whether the page was there, but not for this access. */
    public boolean protection() {
        return (event.detail() & GuestEvent.PROTECTION) != 0;
    }

    /** Returns the instruction that raised it, whatever the saved address is. */
    public int at() {
        return event.at();
    }

    /** Returns what the hardware reported, or null if this is no machine check. */
    public MachineCheckReport machineCheck() {
        return event.machineCheck();
    }

    public boolean fromUser() {
        return mode == CpuMode.USER;
    }

    /** Returns the interrupt flag of the interrupted code. */
    public boolean interruptFlag() {
        return interruptFlag;
    }

    /** Returns the core whose program was interrupted: registers and memory. */
    public GuestCore core() {
        return core;
    }

    /** Returns the saved address: where the program goes on. */
    public int pc() {
        return pc;
    }

    /** Changes where the program goes on. */
    public void resumeAt(int pc) {
        this.pc = pc;
    }

    /** Ends the program instead of returning to it. */
    public void end() {
        ended = true;
    }

    /** Whether the program is returned to; never from an abort that has no valid address. */
    boolean resumes() {
        boolean restartable =
                event.machineCheck() != null
                        && event.machineCheck().has(MachineCheckReport.Bit.RESTART_VALID);
        return !ended && (kind != ExceptionClass.ABORT || restartable);
    }

    /** Whether it comes in the place of the end of its instruction. */
    boolean completesInstruction() {
        return kind == ExceptionClass.TRAP && event.next() != event.at();
    }

    boolean singleStep() {
        return singleStep;
    }

    CpuMode mode() {
        return mode;
    }
}
