package org.irqlab.hw.intc.apic;

import org.irqlab.hw.intc.SystemVectors;

/**
 * Linux's use of the 256 x86 vectors.
 *
 * <p>SIMPLIFIED: the sixteen vectors that Linux sets aside for the ISA interrupts of old PCs may be
 * allocated.
 *
 * @see "Linux 6.12 arch/x86/include/asm/irq_vectors.h"
 */
public final class X86Vectors implements SystemVectors {
    static final int FIRST_EXTERNAL = 0x20;
    static final int IA32_SYSCALL = 0x80;
    static final int FIRST_SYSTEM = 0xeb;
    static final int LOCAL_TIMER = 0xec;
    static final int IRQ_WORK = 0xf6;
    static final int PLATFORM_IPI = 0xf7;
    static final int CALL_FUNCTION_SINGLE = 0xfb;
    static final int CALL_FUNCTION = 0xfc;
    static final int RESCHEDULE = 0xfd;
    static final int SPURIOUS = 0xff;

    @Override
    public int localTimer() {
        return LOCAL_TIMER;
    }

    @Override
    public int reschedule() {
        return RESCHEDULE;
    }

    @Override
    public int callFunction() {
        return CALL_FUNCTION;
    }

    @Override
    public int callFunctionSingle() {
        return CALL_FUNCTION_SINGLE;
    }

    @Override
    public int irqWork() {
        return IRQ_WORK;
    }

    @Override
    public int platformIpi() {
        return PLATFORM_IPI;
    }

    @Override
    public int firstDevice() {
        return FIRST_EXTERNAL;
    }

    @Override
    public int lastDevice() {
        return FIRST_SYSTEM - 1;
    }

    @Override
    public boolean allocatable(int vector) {
        return vector >= FIRST_EXTERNAL && vector < FIRST_SYSTEM && vector != IA32_SYSCALL;
    }
}
