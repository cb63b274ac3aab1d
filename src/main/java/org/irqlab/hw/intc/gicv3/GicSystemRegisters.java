package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;

/**
 * The system registers of one CPU interface, as MRS and MSR reach them.
 *
 * <p>SIMPLIFIED: an access that is UNDEFINED reads 0 or is ignored, and takes no exception.
 *
 * <p><b>Threads.</b> The CPU's owner.
 */
public final class GicSystemRegisters {
    private static final int SYSTEM_REGISTERS_ONLY = 0x7;
    private static final int AFFINITY3_VALID = 1 << 15;
    private static final int RANGE_SELECTOR = 1 << 18;
    private static final int INTID_BITS_24 = 1 << 11;
    private static final int INTID = 0xff_ffff;

    private final int cpu;
    private final GicCpuInterface port;
    private final CpuInterfaceRegisters own;
    private final GuestErrorSink errors;
    private final int features;

    /** The system registers of {@code machine}'s CPU {@code cpu}. */
    public GicSystemRegisters(GicController machine, int cpu, GuestErrorSink errors) {
        this.cpu = cpu;
        port = machine.port(cpu);
        own = port.registers();
        this.errors = errors;
        features =
                machine.settings().priorityBits() - 1 << 8
                        | (machine.settings().intidBits() > 16 ? INTID_BITS_24 : 0)
                        | AFFINITY3_VALID
                        | RANGE_SELECTOR;
    }

    /** Reads the register with this encoding; see {@link IccRegister#encoding}. */
    public long read(int encoding) {
        var register = IccRegister.of(encoding);
        return register == null
                ? refuse(GuestError.RESERVED_REGISTER, encoding, 0)
                : read(register);
    }

    /** Writes the register with this encoding. */
    public void write(int encoding, long value) {
        var register = IccRegister.of(encoding);
        if (register == null) {
            refuse(GuestError.RESERVED_REGISTER, encoding, value);
        } else {
            write(register, value);
        }
    }

    private long refuse(GuestError error, int encoding, long value) {
        errors.guestError(error, cpu, encoding, value);
        return 0;
    }

    /** Reads a register; IAR takes an interrupt. */
    public long read(IccRegister register) {
        if (!register.readable()) {
            return refuse(GuestError.WRITE_ONLY_REGISTER, register.encoding(), 0);
        }
        return switch (register) {
            case PMR -> own.pmr();
            case IAR0 -> port.acknowledge(0);
            case IAR1 -> port.acknowledge(1);
            case HPPIR0 -> port.highestPending(0);
            case HPPIR1 -> port.highestPending(1);
            case BPR0 -> own.binaryPoint(0);
            case BPR1 -> own.binaryPoint(1);
            case RPR -> own.runningPriority();
            case CTLR -> features | own.control();
            case SRE -> SYSTEM_REGISTERS_ONLY;
            case IGRPEN0 -> own.enabled(0) ? 1 : 0;
            case IGRPEN1 -> own.enabled(1) ? 1 : 0;
            case AP0R0, AP0R1, AP0R2, AP0R3 -> readActive(register, 0, IccRegister.AP0R0);
            case AP1R0, AP1R1, AP1R2, AP1R3 -> readActive(register, 1, IccRegister.AP1R0);
            case EOIR0, EOIR1, DIR, SGI0R, SGI1R, ASGI1R ->
                    throw new IllegalStateException(register + " is write-only");
        };
    }

    private long readActive(IccRegister register, int group, IccRegister first) {
        int index = register.ordinal() - first.ordinal();
        return index < own.activeRegisters()
                ? own.activePriorities(group, index) & 0xffff_ffffL
                : refuse(GuestError.RESERVED_REGISTER, register.encoding(), 0);
    }

    /** Writes a register; EOIR, DIR and the SGI registers are commands. */
    public void write(IccRegister register, long value) {
        if (!register.writable()) {
            refuse(GuestError.READ_ONLY_REGISTER, register.encoding(), value);
            return;
        }
        switch (register) {
            case PMR -> own.pmr((int) value & 0xff);
            case EOIR0 -> port.endOfInterrupt(0, (int) value & INTID);
            case EOIR1 -> port.endOfInterrupt(1, (int) value & INTID);
            case DIR -> port.dir((int) value & INTID);
            case BPR0 -> own.binaryPoint(0, (int) value);
            case BPR1 -> own.binaryPoint(1, (int) value);
            case SGI1R -> port.sendSgis(value, 1);
            // IMPDEF: the other security state's group 1 is group 0 where there is one state.
            case SGI0R, ASGI1R -> port.sendSgis(value, 0);
            case CTLR -> own.control((int) value);
            case SRE -> {
                // RAO/WI: there is no memory-mapped CPU interface to turn to.
            }
            case IGRPEN0 -> port.enableGroup(0, (value & 1) != 0);
            case IGRPEN1 -> port.enableGroup(1, (value & 1) != 0);
            case AP0R0, AP0R1, AP0R2, AP0R3 -> writeActive(register, 0, IccRegister.AP0R0, value);
            case AP1R0, AP1R1, AP1R2, AP1R3 -> writeActive(register, 1, IccRegister.AP1R0, value);
            case IAR0, IAR1, HPPIR0, HPPIR1, RPR ->
                    throw new IllegalStateException(register + " is read-only");
        }
    }

    private void writeActive(IccRegister register, int group, IccRegister first, long value) {
        int index = register.ordinal() - first.ordinal();
        if (index < own.activeRegisters()) {
            own.activePriorities(group, index, (int) value);
        } else {
            refuse(GuestError.RESERVED_REGISTER, register.encoding(), value);
        }
    }
}
