package org.irqlab.hw.intc.gicv3;

import org.irqlab.hw.intc.MessageTranslator;
import org.irqlab.hw.intc.RegisterBlock;
import org.irqlab.hw.intc.TranslatedEvent;
import org.irqlab.hw.intc.gicv3.its.Its;
import org.irqlab.hw.intc.gicv3.its.ItsCommand;
import org.irqlab.hw.intc.gicv3.its.ItsCommands;
import org.irqlab.hw.intc.gicv3.its.ItsMemory;
import org.irqlab.hw.intc.gicv3.its.ItsRegisters;
import org.irqlab.hw.intc.gicv3.its.ItsSpec;

import java.util.BitSet;

/**
 * Linux's driver of an interrupt translation service: writes commands into the queue in memory and
 * waits until the service has executed them. Collection n goes to the redistributor of CPU n.
 *
 * <p><b>Threads.</b> Any; one command sequence at a time.
 *
 * <p><b>Progress.</b> Blocking: a command waits for messages that are on the way it changes.
 *
 * @see "Linux drivers/irqchip/irq-gic-v3-its.c"
 */
final class ItsDriver implements MessageTranslator {
    /** Bytes of the command queue. */
    static final int QUEUE_BYTES = 0x1_0000;

    private static final int BOOT_CPU = 0;
    private static final long VALID = 1L << 63;
    private static final long PAGE_SIZE_64K = 2 << 8;
    // Entries of 8 bytes for 16 bits of DeviceID.
    private static final long DEVICE_PAGES = 8;
    private static final int QUEUE_PAGES = QUEUE_BYTES / 0x1000;
    private static final int ITT_ENTRY_BYTES = 8;
    private static final int ITT_ALIGN = 256;

    private final ItsSpec spec;
    private final RegisterBlock registers;
    private final ItsMemory memory;
    private final LpiProperties properties;
    private final long queue;

    // Guarded by this.
    private final int[] targets;
    private final BitSet attached = new BitSet();
    private long tail;
    private long freeTables;

    /**
     * Switches the service on and lets each CPU's collection go to it.
     *
     * @param queue address of the command queue, {@link #QUEUE_BYTES} long
     * @param tables address from which on translation tables are given out; no one reads them
     */
    ItsDriver(
            ItsSpec spec,
            Its its,
            ItsMemory memory,
            LpiProperties properties,
            GicController gic,
            long queue,
            long tables) {
        this.spec = spec;
        this.registers = its.registers();
        this.memory = memory;
        this.properties = properties;
        this.queue = queue;
        freeTables = tables;
        targets = new int[gic.settings().lpis()];
        write(ItsRegisters.GITS_BASER, VALID | PAGE_SIZE_64K | DEVICE_PAGES - 1);
        write(ItsRegisters.GITS_BASER + Long.BYTES, VALID | PAGE_SIZE_64K);
        write(ItsRegisters.GITS_CBASER, VALID | queue | QUEUE_PAGES - 1);
        registers.write(BOOT_CPU, ItsRegisters.GITS_CTLR, Integer.BYTES, ItsRegisters.ENABLED);
        for (int cpu = 0; cpu < gic.cpus(); cpu++) {
            send(BOOT_CPU, cpu, ItsCommands.mapc(cpu, cpu), ItsCommands.invall(cpu));
        }
    }

    private void write(int register, long value) {
        registers.write(BOOT_CPU, register, Long.BYTES, value);
    }

    @Override
    public int firstInterrupt() {
        return IntIds.FIRST_LPI;
    }

    @Override
    public int interrupts() {
        return targets.length;
    }

    @Override
    public long messageAddress() {
        return spec.translaterAddress();
    }

    @Override
    public synchronized void attach(int deviceId, int events, int byCpu) {
        if (deviceId < 0 || deviceId >>> spec.deviceIdBits() != 0 || attached.get(deviceId)) {
            throw new IllegalArgumentException(
                    "deviceId=0x" + Integer.toHexString(deviceId) + " is attached or too wide");
        }
        int bits = Math.max(1, Integer.SIZE - Integer.numberOfLeadingZeros(events - 1));
        if (events < 1 || bits > spec.eventIdBits()) {
            throw new IllegalArgumentException(
                    "events=" + events + " not in 1..LIMIT=" + (1 << spec.eventIdBits()));
        }
        attached.set(deviceId);
        send(byCpu, byCpu, ItsCommands.mapd(deviceId, bits, freeTables));
        freeTables += Math.max(ITT_ALIGN, ITT_ENTRY_BYTES << bits);
    }

    @Override
    public synchronized void map(TranslatedEvent event, int target, int byCpu) {
        setTarget(event, target);
        var command =
                ItsCommands.mapti(event.deviceId(), event.eventId(), event.interrupt(), target);
        send(byCpu, target, command);
    }

    @Override
    public synchronized void move(TranslatedEvent event, int target, int byCpu) {
        setTarget(event, target);
        send(byCpu, target, ItsCommands.movi(event.deviceId(), event.eventId(), target));
    }

    @Override
    public synchronized void unmap(TranslatedEvent event, int byCpu) {
        send(byCpu, target(event), ItsCommands.discard(event.deviceId(), event.eventId()));
    }

    @Override
    public synchronized void setEnabled(TranslatedEvent event, boolean enabled, int byCpu) {
        properties.setEnabled(event.interrupt(), enabled);
        send(byCpu, target(event), ItsCommands.inv(event.deviceId(), event.eventId()));
    }

    @Override
    public synchronized void retrigger(TranslatedEvent event, int byCpu) {
        send(byCpu, target(event), ItsCommands.interrupt(event.deviceId(), event.eventId()));
    }

    private int target(TranslatedEvent event) {
        return targets[event.interrupt() - IntIds.FIRST_LPI];
    }

    private void setTarget(TranslatedEvent event, int target) {
        targets[event.interrupt() - IntIds.FIRST_LPI] = target;
    }

    /** Has commands executed, and those before them waited for at one redistributor. */
    private void send(int byCpu, int redistributor, ItsCommand... commands) {
        for (ItsCommand command : commands) {
            queue(command);
        }
        queue(ItsCommands.sync(redistributor));
        registers.write(byCpu, ItsRegisters.GITS_CWRITER, Long.BYTES, tail);
        long reached = registers.read(byCpu, ItsRegisters.GITS_CREADR, Long.BYTES);
        if (reached != tail) {
            throw new IllegalStateException(
                    "command queue stalled at 0x%x of 0x%x".formatted(reached, tail));
        }
    }

    private void queue(ItsCommand command) {
        command.writeTo(memory, queue + tail);
        tail = (tail + ItsCommand.BYTES) % QUEUE_BYTES;
    }
}
