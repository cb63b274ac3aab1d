package org.irqlab.hw.cpu.exception;

import org.irqlab.hw.cpu.VirtualCpu;

/**
 * Delivery through an interrupt descriptor table, with the rules for faults that the delivery
 * itself raises.
 *
 * <p>A gate is checked in this order:
 *
 * <ul>
 *   <li>no gate: #GP
 *   <li>a software interrupt of user mode, and the gate is not for it: #GP
 *   <li>present bit clear: #NP
 *   <li>a stack of its own, whose page is absent: #PF
 * </ul>
 *
 * <p>What a check raises is paired with what was to be delivered: see {@link PairingClass}. A
 * triple fault puts the CPU into {@link org.irqlab.hw.cpu.ShutdownState shutdown}.
 *
 * <p><b>Not modelled.</b> Task gates, segments, real mode.
 *
 * @see "Intel SDM volume 2, INT n/INTO/INT3: operation"
 */
public final class X86Exceptions implements ExceptionDelivery {
    private static final long CODE_IDT = 2;
    private static final long CODE_EXTERNAL = 1;
    private static final int CODE_VECTOR_SHIFT = 3;
    private static final long PF_USER = 4;

    private final InterruptDescriptorTable idt;

    private TrapHandler systemCall;

    public X86Exceptions(InterruptDescriptorTable idt) {
        this.idt = idt;
    }

    public InterruptDescriptorTable idt() {
        return idt;
    }

    /** Sets what SYSCALL enters, which needs no gate; without it, that is an undefined opcode. */
    public void setSystemCall(TrapHandler handler) {
        systemCall = handler;
    }

    @Override
    public Delivery deliver(GuestEvent event, GuestCore core) {
        if (event.cause() == ExceptionCause.SYSTEM_CALL) {
            if (systemCall == null) {
                return deliver(event.raises(ExceptionCause.UNDEFINED_INSTRUCTION, 0, 0), core);
            }
            return enter(systemCall, true, event, core);
        }
        GuestEvent now = event;
        while (true) {
            GuestEvent second = obstacle(now, core);
            if (second == null) {
                Gate gate = idt.gate(vector(now));
                return enter(gate.handler(), gate.type() == Gate.GateType.INTERRUPT, now, core);
            }
            switch (pairing(now).whileDelivering(pairing(second))) {
                case SERIAL -> now = second;
                case DOUBLE_FAULT -> now = now.raises(ExceptionCause.DOUBLE_FAULT, 0, 0);
                case SHUTDOWN -> {
                    core.cpu().shutdown().enter();
                    return Delivery.SHUTDOWN;
                }
            }
        }
    }

    /** Returns what keeps {@code event} from its handler, or null. */
    private GuestEvent obstacle(GuestEvent event, GuestCore core) {
        int vector = vector(event);
        Gate gate = idt.gate(vector);
        boolean software = byInstruction(event);
        long code = (long) vector << CODE_VECTOR_SHIFT | CODE_IDT | (software ? 0 : CODE_EXTERNAL);
        if (gate == null || software && !gate.admits(core.mode())) {
            return event.raises(ExceptionCause.PROTECTION, code, 0);
        }
        if (!gate.present()) {
            return event.raises(ExceptionCause.GATE_NOT_PRESENT, code, 0);
        }
        long stack = gate.stackAddress();
        if (stack != Gate.OWN_STACK && !core.memory().writable(stack)) {
            long protection = core.memory().present(stack) ? GuestEvent.PROTECTION : 0;
            return event.raises(ExceptionCause.PAGE_FAULT, GuestEvent.WRITE | protection, stack);
        }
        return null;
    }

    /** INT n and INT3 are subject to the gate's privilege level. */
    private static boolean byInstruction(GuestEvent event) {
        return event.cause() == ExceptionCause.SOFTWARE_INTERRUPT
                || event.cause() == ExceptionCause.BREAKPOINT;
    }

    private static int vector(GuestEvent event) {
        X86Exception exception = X86Exception.of(event.cause());
        return exception == null ? event.vector() : exception.vector();
    }

    private static PairingClass pairing(GuestEvent event) {
        X86Exception exception = X86Exception.of(event.cause());
        return exception == null ? PairingClass.BENIGN : exception.pairing();
    }

    private static ExceptionClass kind(GuestEvent event) {
        X86Exception exception = X86Exception.of(event.cause());
        if (exception != null) {
            return exception.kind();
        }
        return event.cause() == ExceptionCause.INTERRUPT
                ? ExceptionClass.INTERRUPT
                : ExceptionClass.TRAP;
    }

    private static long errorCode(GuestEvent event, GuestCore core) {
        if (event.cause() == ExceptionCause.PAGE_FAULT) {
            return event.detail() | (core.mode() == CpuMode.USER ? PF_USER : 0);
        }
        X86Exception exception = X86Exception.of(event.cause());
        return exception != null && exception.hasErrorCode() ? event.detail() : 0;
    }

    private Delivery enter(
            TrapHandler handler, boolean clearsFlag, GuestEvent event, GuestCore core) {
        var frame =
                new TrapFrame(
                        event,
                        vector(event),
                        kind(event),
                        errorCode(event, core),
                        core,
                        core.interruptFlag(event.cause()));
        core.enterKernel(clearsFlag);
        int starts = core.starts();
        handler.handle(frame);
        if (core.starts() != starts) {
            // INIT came in the handler: there is nothing to return to.
            return Delivery.RESUMED;
        }
        // The handler may have gone to another CPU.
        VirtualCpu cpu = core.cpu();
        if (!frame.resumes()) {
            return Delivery.ENDED;
        }
        core.returnFrom(frame);
        if (event.cause() != ExceptionCause.SYSTEM_CALL) {
            // IRET, whatever it returns from; SYSRET does not unblock.
            cpu.nmi().returned();
        }
        return Delivery.RESUMED;
    }

    @Override
    public boolean divideErrorFaults() {
        return true;
    }

    @Override
    public boolean enableHasShadow() {
        return true;
    }

    @Override
    public ExceptionCause lackOfPrivilege() {
        return ExceptionCause.PROTECTION;
    }

    @Override
    public boolean hasSoftwareInterrupts() {
        return true;
    }

    @Override
    public boolean hasModelSpecificRegisters() {
        return true;
    }
}
