package org.irqlab.hw.cpu.exception;

import org.irqlab.hw.cpu.VirtualCpu;

import java.util.Arrays;

/**
 * Executes one guest program on a virtual CPU, and polls it between two instructions.
 *
 * <p>Between two instructions, in this order: the debug trap of the one before, an NMI, a maskable
 * interrupt. The instruction that turns interrupts on casts a shadow, if the flag was off: nothing
 * is polled until the next one has been executed. Delivering anything ends the shadow.
 *
 * <p>IMPDEF: NMIs wait behind the shadow as well.
 *
 * <p>SIMPLIFIED: an instruction costs nothing but its poll, and has a number for an address: a
 * start-up names it by its page. On a CPU whose interrupts enter the kernel directly, they do not
 * look at their gates; {@link #interrupt} is the entry that does.
 *
 * <p><b>Threads.</b> The holder of the CPU's baton.
 *
 * @see "Intel SDM volume 3, Priority Among Concurrent Events"
 */
public final class GuestCore {
    public static final int REGISTERS = 8;

    private final GuestProgram program;
    private final GuestMemory memory;
    private final GuestContext context;
    private final ExceptionDelivery delivery;
    private final InstructionUnit unit;
    private final long[] registers = new long[REGISTERS];

    private int pc;
    private CpuMode mode;
    private boolean singleStep;
    private boolean stepTrapDue;
    private boolean shadow;
    private boolean halted;
    private long takenBefore;
    private long retired;
    private int starts;
    private StepResult result = StepResult.RUNNING;
    private int status;

    public GuestCore(
            GuestProgram program,
            GuestMemory memory,
            GuestContext context,
            ExceptionDelivery delivery) {
        this.program = program;
        this.memory = memory;
        this.context = context;
        this.delivery = delivery;
        mode = program.mode();
        unit = new InstructionUnit(this, delivery);
    }

    /** Delivers what is due, then executes one instruction. */
    public StepResult step() {
        if (result == StepResult.RUNNING) {
            boundary();
        }
        if (result == StepResult.RUNNING && !waits()) {
            execute();
        }
        return result;
    }

    private void boundary() {
        if (stepTrapDue) {
            stepTrapDue = false;
            deliver(GuestEvent.between(ExceptionCause.SINGLE_STEP, 0, pc));
        }
        if (shadow) {
            shadow = false;
        } else if (result == StepResult.RUNNING) {
            cpu().poll();
        }
    }

    /** Whether the program is halted still. */
    private boolean waits() {
        if (halted && cpu().taken() == takenBefore) {
            cpu().halt();
            return true;
        }
        halted = false;
        return false;
    }

    private void execute() {
        if (pc < 0 || pc >= program.instructions().size()) {
            deliver(GuestEvent.access(ExceptionCause.PAGE_FAULT, GuestEvent.FETCH, pc, pc));
            return;
        }
        boolean steps = singleStep;
        GuestEvent event = unit.execute(program.instructions().get(pc));
        if (event != null) {
            deliver(event);
        } else {
            retired++;
            stepTrapDue = steps;
        }
    }

    private void deliver(GuestEvent event) {
        shadow = false;
        halted = false;
        result =
                switch (delivery.deliver(event, this)) {
                    case RESUMED -> result;
                    case ENDED -> StepResult.ENDED;
                    case SHUTDOWN -> StepResult.SHUTDOWN;
                };
    }

    /** A maskable interrupt through its gate: an entry for {@link VirtualCpu#setEntry}. */
    public void interrupt(int vector) {
        deliver(GuestEvent.between(ExceptionCause.INTERRUPT, vector, pc));
    }

    /** An NMI through its gate: an entry for {@link org.irqlab.hw.cpu.NmiLatch#setEntry}. */
    public void nmi() {
        deliver(GuestEvent.between(ExceptionCause.NMI, 0, pc));
    }

    /**
     * Begins the program anew at the instruction with number {@code page}, registers 0, in kernel
     * mode with interrupts off: the CPU was reset, and what it did is lost. An entry for {@link
     * org.irqlab.hw.cpu.SignalUnit#connect}.
     */
    public void start(int page, boolean interruptedFlag) {
        starts++;
        Arrays.fill(registers, 0);
        pc = page;
        mode = CpuMode.KERNEL;
        singleStep = false;
        stepTrapDue = false;
        shadow = false;
        halted = false;
        cpu().signals().restarted();
    }

    /** How often the program was begun anew. */
    int starts() {
        return starts;
    }

    /** Raises and handles an exception in the middle of a handler, as its code would. */
    public void raiseInHandler(ExceptionCause cause) {
        deliver(GuestEvent.between(cause, 0, pc));
    }

    /** Takes the way into a handler. */
    void enterKernel(boolean clearsFlag) {
        mode = CpuMode.KERNEL;
        singleStep = false;
        if (clearsFlag) {
            cpu().writeIrqFlag(false);
        }
    }

    /** Takes the way back. */
    void returnFrom(TrapFrame frame) {
        if (frame.completesInstruction()) {
            retired++;
        }
        pc = frame.pc();
        mode = frame.mode();
        singleStep = frame.singleStep();
        boolean asynchronous = frame.kind() == ExceptionClass.INTERRUPT;
        // What polls restores the flag itself.
        cpu().writeIrqFlag(!asynchronous && frame.interruptFlag());
    }

    /**
     * Returns the flag of the code that is being interrupted; what polls has cleared it already.
     */
    boolean interruptFlag(ExceptionCause cause) {
        return switch (cause) {
            case INTERRUPT -> true;
            case NMI -> cpu().nmi().interruptedFlag();
            default -> cpu().irqsEnabled();
        };
    }

    void advance() {
        pc++;
    }

    void jump(int target) {
        pc = target;
    }

    void halt() {
        pc++;
        halted = true;
        takenBefore = cpu().taken();
    }

    void enableInterrupts() {
        shadow = delivery.enableHasShadow() && !cpu().irqsEnabled();
        cpu().writeIrqFlag(true);
        pc++;
    }

    void exit(int code) {
        status = code;
        result = StepResult.EXITED;
    }

    void setSingleStep(boolean on) {
        singleStep = on;
    }

    public VirtualCpu cpu() {
        return context.cpu();
    }

    public GuestContext context() {
        return context;
    }

    public GuestProgram program() {
        return program;
    }

    public GuestMemory memory() {
        return memory;
    }

    public int pc() {
        return pc;
    }

    public CpuMode mode() {
        return mode;
    }

    public boolean singleStep() {
        return singleStep;
    }

    public long register(int register) {
        return registers[register];
    }

    public void setRegister(int register, long value) {
        registers[register] = value;
    }

    /** Returns how many instructions have completed: a fault that restarts one adds none. */
    public long retired() {
        return retired;
    }

    /** Returns what the program exited with. */
    public int status() {
        return status;
    }
}
