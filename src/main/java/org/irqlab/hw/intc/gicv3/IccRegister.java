package org.irqlab.hw.intc.gicv3;

import static org.irqlab.hw.intc.gicv3.IccRegister.Access.READ_ONLY;
import static org.irqlab.hw.intc.gicv3.IccRegister.Access.READ_WRITE;
import static org.irqlab.hw.intc.gicv3.IccRegister.Access.WRITE_ONLY;

/**
 * The system registers of a CPU interface at EL1 (ICC_…_EL1), with the CRn, CRm and op2 of their
 * encodings; op0 is 3 and op1 is 0.
 *
 * @see "Arm IHI 0069, AArch64 System register descriptions"
 */
public enum IccRegister {
    PMR(4, 6, 0, READ_WRITE),
    IAR0(12, 8, 0, READ_ONLY),
    EOIR0(12, 8, 1, WRITE_ONLY),
    HPPIR0(12, 8, 2, READ_ONLY),
    BPR0(12, 8, 3, READ_WRITE),
    AP0R0(12, 8, 4, READ_WRITE),
    AP0R1(12, 8, 5, READ_WRITE),
    AP0R2(12, 8, 6, READ_WRITE),
    AP0R3(12, 8, 7, READ_WRITE),
    AP1R0(12, 9, 0, READ_WRITE),
    AP1R1(12, 9, 1, READ_WRITE),
    AP1R2(12, 9, 2, READ_WRITE),
    AP1R3(12, 9, 3, READ_WRITE),
    DIR(12, 11, 1, WRITE_ONLY),
    RPR(12, 11, 3, READ_ONLY),
    SGI1R(12, 11, 5, WRITE_ONLY),
    ASGI1R(12, 11, 6, WRITE_ONLY),
    SGI0R(12, 11, 7, WRITE_ONLY),
    IAR1(12, 12, 0, READ_ONLY),
    EOIR1(12, 12, 1, WRITE_ONLY),
    HPPIR1(12, 12, 2, READ_ONLY),
    BPR1(12, 12, 3, READ_WRITE),
    CTLR(12, 12, 4, READ_WRITE),
    SRE(12, 12, 5, READ_WRITE),
    IGRPEN0(12, 12, 6, READ_WRITE),
    IGRPEN1(12, 12, 7, READ_WRITE);

    /** What an instruction may do with it. */
    enum Access {
        READ_ONLY,
        WRITE_ONLY,
        READ_WRITE
    }

    private static final IccRegister[] ALL = values();

    private final int encoding;
    private final Access access;

    IccRegister(int crn, int crm, int op2, Access access) {
        encoding = 3 << 19 | crn << 12 | crm << 8 | op2 << 5;
        this.access = access;
    }

    /**
     * The encoding as Linux's {@code sys_reg()} composes it: op0 19, op1 16, CRn 12, CRm 8, op2 5.
     */
    public int encoding() {
        return encoding;
    }

    boolean readable() {
        return access != WRITE_ONLY;
    }

    boolean writable() {
        return access != READ_ONLY;
    }

    /** The register with this encoding, or null. */
    static IccRegister of(int encoding) {
        for (IccRegister register : ALL) {
            if (register.encoding == encoding) {
                return register;
            }
        }
        return null;
    }
}
