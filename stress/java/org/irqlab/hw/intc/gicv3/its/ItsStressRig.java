package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.FireOutcome;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.List;

/** The smallest service that can move an event: two redistributors, one device, one event. */
final class ItsStressRig {
    static final int DEVICE = 8;
    static final int EVENT = 0;
    static final int LPI = 8192;

    private static final ItsSpec SPEC = new ItsSpec(0, 4, 4, 14);
    private static final long VALID = 1L << 63;

    /** A redistributor of one LPI, which is enabled. */
    static final class OneLpi implements LpiRedistributor {
        private static final VarHandle PENDING;

        static {
            try {
                PENDING = MethodHandles.lookup().findVarHandle(OneLpi.class, "pending", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private int pending;

        @Override
        public FireOutcome trigger(int intId) {
            return (int) PENDING.getAndBitwiseOr(this, 1) == 0
                    ? FireOutcome.LATCHED
                    : FireOutcome.COALESCED;
        }

        @Override
        public boolean clear(int intId) {
            return (int) PENDING.getAndBitwiseAnd(this, 0) != 0;
        }

        @Override
        public void invalidate(int intId) {
            throw new IllegalStateException("not used");
        }

        @Override
        public void invalidateAll() {
            throw new IllegalStateException("not used");
        }

        int pending() {
            return (int) PENDING.getVolatile(this);
        }
    }

    /** Memory for a few commands. */
    private static final class Ring implements ItsMemory {
        private final long[] words = new long[8 * ItsCommand.BYTES / Long.BYTES];

        @Override
        public boolean holds(long address, long bytes) {
            return address + bytes <= (long) words.length * Long.BYTES;
        }

        @Override
        public long read64(long address) {
            return words[(int) address / Long.BYTES];
        }

        @Override
        public void write64(long address, long value) {
            words[(int) address / Long.BYTES] = value;
        }
    }

    final OneLpi old = new OneLpi();
    final OneLpi moved = new OneLpi();
    final Its its;
    private final ItsMemory memory = new Ring();
    private final ItsDevice device;
    private long tail;

    /** Collections 0 and 1 lead to the old and the new redistributor; the event is in 0. */
    ItsStressRig() {
        its = new Its(SPEC, List.of(old, moved), memory, (error, cpu, where, value) -> {});
        device = its.device(DEVICE);
        write(ItsRegisters.GITS_BASER, VALID);
        write(ItsRegisters.GITS_BASER + Long.BYTES, VALID);
        write(ItsRegisters.GITS_CBASER, VALID);
        its.registers().write(0, ItsRegisters.GITS_CTLR, Integer.BYTES, 1);
        execute(ItsCommands.mapc(0, 0));
        execute(ItsCommands.mapc(1, 1));
        execute(ItsCommands.mapd(DEVICE, 1, 0));
        execute(ItsCommands.mapti(DEVICE, EVENT, LPI, 0));
    }

    FireOutcome fire() {
        return device.message(SPEC.translaterAddress(), EVENT);
    }

    void execute(ItsCommand command) {
        command.writeTo(memory, tail);
        tail += ItsCommand.BYTES;
        write(ItsRegisters.GITS_CWRITER, tail);
    }

    private void write(long offset, long value) {
        its.registers().write(0, offset, Long.BYTES, value);
    }
}
