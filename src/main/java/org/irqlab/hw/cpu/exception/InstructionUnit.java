package org.irqlab.hw.cpu.exception;

import org.irqlab.hw.cpu.exception.GuestInstruction.Add;
import org.irqlab.hw.cpu.exception.GuestInstruction.Breakpoint;
import org.irqlab.hw.cpu.exception.GuestInstruction.DisableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Divide;
import org.irqlab.hw.cpu.exception.GuestInstruction.EnableInterrupts;
import org.irqlab.hw.cpu.exception.GuestInstruction.Exit;
import org.irqlab.hw.cpu.exception.GuestInstruction.Halt;
import org.irqlab.hw.cpu.exception.GuestInstruction.Jump;
import org.irqlab.hw.cpu.exception.GuestInstruction.JumpIfZero;
import org.irqlab.hw.cpu.exception.GuestInstruction.Load;
import org.irqlab.hw.cpu.exception.GuestInstruction.LoadImmediate;
import org.irqlab.hw.cpu.exception.GuestInstruction.Nop;
import org.irqlab.hw.cpu.exception.GuestInstruction.ReadMsr;
import org.irqlab.hw.cpu.exception.GuestInstruction.SetSingleStep;
import org.irqlab.hw.cpu.exception.GuestInstruction.SoftwareInterrupt;
import org.irqlab.hw.cpu.exception.GuestInstruction.Store;
import org.irqlab.hw.cpu.exception.GuestInstruction.SystemCall;
import org.irqlab.hw.cpu.exception.GuestInstruction.Undefined;
import org.irqlab.hw.cpu.exception.GuestInstruction.WriteControl;
import org.irqlab.hw.cpu.exception.GuestInstruction.WriteMsr;
import org.irqlab.hw.intc.ModelSpecificRegisters;
import org.irqlab.hw.intc.MsrAccess;

/** What each instruction does, or raises. */
final class InstructionUnit {
    private final GuestCore core;
    private final ExceptionDelivery delivery;

    InstructionUnit(GuestCore core, ExceptionDelivery delivery) {
        this.core = core;
        this.delivery = delivery;
    }

    /** Executes one instruction; returns what it raised, and then nothing has changed, or null. */
    GuestEvent execute(GuestInstruction instruction) {
        return switch (instruction) {
            case Nop() -> next();
            case LoadImmediate(int register, long value) -> {
                core.setRegister(register, value);
                yield next();
            }
            case Add(int register, int other) -> {
                core.setRegister(register, core.register(register) + core.register(other));
                yield next();
            }
            case Load load -> load(load);
            case Store store -> store(store);
            case Divide divide -> divide(divide);
            case Jump(int target) -> jump(target);
            case JumpIfZero(int register, int target) ->
                    core.register(register) == 0 ? jump(target) : next();
            case SetSingleStep(boolean on) -> {
                core.setSingleStep(on);
                yield next();
            }
            case Exit(int status) -> {
                core.exit(status);
                yield null;
            }
            case SoftwareInterrupt(int vector) ->
                    delivery.hasSoftwareInterrupts()
                            ? GuestEvent.softwareInterrupt(vector, core.pc())
                            : raise(ExceptionCause.UNDEFINED_INSTRUCTION);
            case Breakpoint() -> raise(ExceptionCause.BREAKPOINT);
            case SystemCall() -> raise(ExceptionCause.SYSTEM_CALL);
            case Undefined() -> raise(ExceptionCause.UNDEFINED_INSTRUCTION);
            case EnableInterrupts(), DisableInterrupts(), Halt(), WriteControl() ->
                    privileged(instruction);
            case ReadMsr read -> readMsr(read);
            case WriteMsr write -> writeMsr(write);
        };
    }

    private GuestEvent next() {
        core.advance();
        return null;
    }

    private GuestEvent jump(int target) {
        core.jump(target);
        return null;
    }

    private GuestEvent raise(ExceptionCause cause) {
        return GuestEvent.of(cause, core.pc());
    }

    private GuestEvent privileged(GuestInstruction instruction) {
        if (core.mode() == CpuMode.USER) {
            return raise(delivery.lackOfPrivilege());
        }
        switch (instruction) {
            case EnableInterrupts() -> core.enableInterrupts();
            case Halt() -> core.halt();
            case DisableInterrupts() -> {
                core.cpu().irqDisable();
                core.advance();
            }
            default -> core.advance();
        }
        return null;
    }

    /** Returns what keeps the program from model-specific registers, or null. */
    private GuestEvent msrObstacle() {
        if (!delivery.hasModelSpecificRegisters()) {
            return raise(ExceptionCause.UNDEFINED_INSTRUCTION);
        }
        return core.mode() == CpuMode.USER ? raise(delivery.lackOfPrivilege()) : null;
    }

    private ModelSpecificRegisters msrs() {
        return core.cpu().port().msrs();
    }

    private GuestEvent readMsr(ReadMsr read) {
        GuestEvent obstacle = msrObstacle();
        if (obstacle != null) {
            return obstacle;
        }
        if (!msrs().readable(read.msr())) {
            return raise(ExceptionCause.PROTECTION);
        }
        core.setRegister(read.register(), msrs().read(read.msr()));
        return next();
    }

    private GuestEvent writeMsr(WriteMsr write) {
        GuestEvent obstacle = msrObstacle();
        if (obstacle != null) {
            return obstacle;
        }
        MsrAccess access = msrs().write(write.msr(), core.register(write.register()));
        return access == MsrAccess.DONE ? next() : raise(ExceptionCause.PROTECTION);
    }

    private GuestEvent load(Load load) {
        GuestEvent obstacle = obstacle(load.address(), 0);
        if (obstacle != null) {
            return obstacle;
        }
        MachineCheckReport poison = core.memory().poison(load.address());
        if (poison != null) {
            core.memory().reported(load.address());
            return GuestEvent.machineCheck(poison, core.pc());
        }
        core.setRegister(load.register(), core.memory().word(load.address()));
        return next();
    }

    private GuestEvent store(Store store) {
        GuestEvent obstacle = obstacle(store.address(), GuestEvent.WRITE);
        if (obstacle != null) {
            return obstacle;
        }
        core.memory().setWord(store.address(), core.register(store.register()));
        return next();
    }

    private GuestEvent obstacle(long address, long write) {
        if (address % Long.BYTES != 0) {
            return GuestEvent.access(ExceptionCause.ALIGNMENT, 0, address, core.pc());
        }
        boolean present = core.memory().present(address);
        if (present && (write == 0 || core.memory().writable(address))) {
            return null;
        }
        long protection = present ? GuestEvent.PROTECTION : 0;
        return GuestEvent.access(ExceptionCause.PAGE_FAULT, write | protection, address, core.pc());
    }

    private GuestEvent divide(Divide divide) {
        long dividend = core.register(divide.register());
        long divisor = core.register(divide.divisor());
        boolean noQuotient = divisor == 0 || dividend == Long.MIN_VALUE && divisor == -1;
        if (noQuotient && delivery.divideErrorFaults()) {
            return raise(ExceptionCause.DIVIDE_ERROR);
        }
        // ARM64: division by zero gives zero; Java wraps the one that overflows, as ARM64 does.
        core.setRegister(divide.register(), divisor == 0 ? 0 : dividend / divisor);
        return next();
    }
}
