package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestErrorCounts;
import org.irqlab.hw.intc.RegisterBlock;

import java.util.List;

/** A translation service as Linux sets it up, and the kernel's side of its command queue. */
final class ItsRig {
    static final long BASE = 0x808_0000L;
    static final long RAM = 0x4000_0000L;
    static final int RAM_BYTES = 0x2000;
    static final int QUEUE_BYTES = 0x1000;
    static final int CPU = 0;
    private static final long VALID = 1L << 63;

    final ItsSpec spec;
    final FakeLpis[] redistributors;
    final GuestErrorCounts errors = new GuestErrorCounts();
    final GuestPages memory = new GuestPages(RAM, RAM_BYTES);
    final Its its;
    final RegisterBlock registers;
    private long tail;

    ItsRig(int redistributorCount, int lpis) {
        this(new ItsSpec(BASE, 16, 16, 16), redistributorCount, lpis);
    }

    /** Switched on, tables and queue given, nothing mapped. */
    ItsRig(ItsSpec spec, int redistributorCount, int lpis) {
        this.spec = spec;
        redistributors = FakeLpis.machine(redistributorCount, lpis);
        its = new Its(spec, List.of(redistributors), memory, errors);
        registers = its.registers();
        write(ItsRegisters.GITS_BASER, VALID | 2 << 8 | 7);
        write(ItsRegisters.GITS_BASER + 8, VALID | 2 << 8);
        write(ItsRegisters.GITS_CBASER, VALID | RAM);
        enable(true);
    }

    /** As above, with collection n mapped to redistributor n. */
    static ItsRig mapped(int redistributorCount, int lpis) {
        var rig = new ItsRig(redistributorCount, lpis);
        for (int n = 0; n < redistributorCount; n++) {
            rig.send(ItsCommands.mapc(n, n));
        }
        return rig;
    }

    void enable(boolean on) {
        registers.write(CPU, ItsRegisters.GITS_CTLR, 4, on ? 1 : 0);
    }

    /** Queues commands and lets the service execute them. */
    void send(ItsCommand... commands) {
        for (ItsCommand command : commands) {
            queue(command);
        }
        write(ItsRegisters.GITS_CWRITER, tail);
    }

    void queue(ItsCommand command) {
        command.writeTo(memory, RAM + tail);
        tail = (tail + ItsCommand.BYTES) % QUEUE_BYTES;
    }

    long tail() {
        return tail;
    }

    FireOutcome fire(int deviceId, int eventId) {
        return its.device(deviceId).message(spec.translaterAddress(), eventId);
    }

    long read(long offset) {
        return registers.read(CPU, offset, 8);
    }

    void write(long offset, long value) {
        registers.write(CPU, offset, 8, value);
    }
}
