package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;

/**
 * Executes commands. Each is complete when it has been executed, so SYNC has nothing left to do.
 *
 * <p>A command whose parameters are wrong changes nothing and is told to the error sink: as {@link
 * GuestError#UNMAPPED_EVENT} if what it names could be there but is not, else as {@link
 * GuestError#BAD_COMMAND}. The architecture lets the queue stall or go on; it goes on, as in QEMU
 * and KVM, because Linux never restarts a stalled queue: it gives up on all interrupts.
 *
 * <p>MOVI: the message that is on its way is waited for, then the pending bit is taken at the old
 * redistributor and, if it was set, set at the new one. Whoever has taken the bit owns the request,
 * so it is neither lost nor doubled; it may merge with a message that was quicker to the new one.
 *
 * <p><b>Threads.</b> Under the monitor of {@link ItsRegisters}; the counts may be read by any.
 */
final class ItsCommandUnit {
    private static final int FIRST_LPI = 8192;

    private final ItsSpec spec;
    private final ItsTables tables;
    private final ItsTableRegister deviceTable;
    private final ItsTableRegister collectionTable;
    private final ItsMemory memory;
    private final GuestErrorSink errors;
    private final FireCounts interrupts = new FireCounts();
    private final FireCounts moves = new FireCounts();
    private final FireCounts clears = new FireCounts();
    private int cpu;

    ItsCommandUnit(
            ItsSpec spec,
            ItsTables tables,
            ItsTableRegister deviceTable,
            ItsTableRegister collectionTable,
            ItsMemory memory,
            GuestErrorSink errors) {
        this.spec = spec;
        this.tables = tables;
        this.deviceTable = deviceTable;
        this.collectionTable = collectionTable;
        this.memory = memory;
        this.errors = errors;
    }

    /** Executes one command for the CPU that wrote the queue's register. */
    void execute(ItsCommand command, int byCpu) {
        cpu = byCpu;
        ItsOpcode opcode = command.opcode();
        if (opcode == null) {
            bad(command);
            return;
        }
        switch (opcode) {
            case MAPD -> mapd(command);
            case MAPC -> mapc(command);
            case MAPTI -> map(command, command.intId());
            case MAPI -> map(command, command.eventId());
            case MOVI -> movi(command);
            case DISCARD -> discard(command);
            case INT -> interrupt(command);
            case CLEAR -> clear(command);
            case INV -> invalidate(command);
            case INVALL -> invalidateAll(command);
            case MOVALL -> moveAll(command);
            case SYNC -> sync(command);
        }
    }

    private void mapd(ItsCommand command) {
        long deviceId = command.deviceId();
        if (!deviceInRange(deviceId)
                || command.valid() && command.eventIdBits() > spec.eventIdBits()) {
            bad(command);
        } else if (command.valid()) {
            tables.device(deviceId).replaceTable(1 << command.eventIdBits());
        } else {
            tables.device(deviceId).replaceTable(0);
        }
    }

    private boolean deviceInRange(long deviceId) {
        return deviceId >>> spec.deviceIdBits() == 0 && deviceTable.hasRoomFor(deviceId, memory);
    }

    private void mapc(ItsCommand command) {
        int collection = command.collection();
        if (!collectionTable.hasRoomFor(collection, memory)
                || command.valid() && command.target() >= tables.redistributors()) {
            bad(command);
        } else if (command.valid()) {
            tables.mapCollection(collection, (int) command.target());
        } else {
            tables.unmapCollection(collection);
        }
    }

    /**
     * MAPTI and MAPI. The collection need not be mapped yet. An event that is mapped already gets
     * the new mapping (the architecture leaves that open); a pending state stays with the old LPI.
     */
    private void map(ItsCommand command, long intId) {
        ItsDevice device = device(command);
        if (device == null) {
            return;
        }
        if (command.eventId() >= device.events()
                || intId < FIRST_LPI
                || intId >= spec.endOfLpis()
                || !collectionTable.hasRoomFor(command.collection(), memory)) {
            bad(command);
            return;
        }
        int eventId = (int) command.eventId();
        ItsEntry entry = device.entry(eventId);
        ItsEntry mapped = entry == null ? new ItsEntry() : entry;
        mapped.map((int) intId, command.collection());
        readConfiguration(tables.collection(command.collection()), (int) intId);
        mapped.retarget(tables.target(mapped));
        if (entry == null) {
            device.add(eventId, mapped);
        }
    }

    private void movi(ItsCommand command) {
        ItsEntry entry = reachable(command);
        if (entry == null) {
            return;
        }
        if (!collectionTable.hasRoomFor(command.collection(), memory)) {
            bad(command);
            return;
        }
        int from = tables.collection(entry.collection());
        int to = tables.collection(command.collection());
        if (to == ItsTables.NONE) {
            unmapped(command.collection(), 0);
            return;
        }
        entry.map(entry.intId(), command.collection());
        if (from != to) {
            readConfiguration(to, entry.intId());
        }
        entry.retarget(tables.target(entry));
        move(entry.intId(), from, to);
    }

    /**
     * A redistributor may have cached what an LPI was like when it last had it: INV goes only to
     * the one that has it now, so a driver that has masked an LPI could not move it safely.
     *
     * <p>IMPDEF: it caches nothing of LPIs that are not its own, as in QEMU and KVM.
     */
    private void readConfiguration(int redistributor, int intId) {
        if (redistributor != ItsTables.NONE) {
            tables.redistributor(redistributor).invalidate(intId);
        }
    }

    /** Moves one LPI's pending state. */
    private void move(int intId, int from, int to) {
        if (from != to && tables.redistributor(from).clear(intId)) {
            moves.count(tables.redistributor(to).trigger(intId));
        }
    }

    private void discard(ItsCommand command) {
        ItsEntry entry = reachable(command);
        if (entry != null) {
            int redistributor = tables.collection(entry.collection());
            entry.unmap();
            entry.retarget(tables.target(entry));
            clear(redistributor, entry.intId());
        }
    }

    private void clear(ItsCommand command) {
        ItsEntry entry = reachable(command);
        if (entry != null) {
            clear(tables.collection(entry.collection()), entry.intId());
        }
    }

    private void clear(int redistributor, int intId) {
        if (tables.redistributor(redistributor).clear(intId)) {
            clears.count(FireOutcome.LATCHED);
        }
    }

    private void interrupt(ItsCommand command) {
        ItsEntry entry = reachable(command);
        if (entry != null) {
            int redistributor = tables.collection(entry.collection());
            interrupts.count(tables.redistributor(redistributor).trigger(entry.intId()));
        }
    }

    private void invalidate(ItsCommand command) {
        ItsEntry entry = reachable(command);
        if (entry != null) {
            int redistributor = tables.collection(entry.collection());
            tables.redistributor(redistributor).invalidate(entry.intId());
        }
    }

    private void invalidateAll(ItsCommand command) {
        int collection = command.collection();
        if (!collectionTable.hasRoomFor(collection, memory)) {
            bad(command);
        } else if (tables.collection(collection) == ItsTables.NONE) {
            unmapped(collection, 0);
        } else {
            tables.redistributor(tables.collection(collection)).invalidateAll();
        }
    }

    /** All LPIs, not only those mapped here: the architecture moves what is pending, whose ever. */
    private void moveAll(ItsCommand command) {
        if (command.target() >= tables.redistributors()
                || command.secondTarget() >= tables.redistributors()) {
            bad(command);
            return;
        }
        for (int intId = FIRST_LPI; intId < spec.endOfLpis(); intId++) {
            move(intId, (int) command.target(), (int) command.secondTarget());
        }
    }

    private void sync(ItsCommand command) {
        if (command.target() >= tables.redistributors()) {
            bad(command);
        }
    }

    /** The command's device if it has a table; else tells what is wrong. */
    private ItsDevice device(ItsCommand command) {
        if (!deviceInRange(command.deviceId())) {
            bad(command);
            return null;
        }
        ItsDevice device = tables.device(command.deviceId());
        if (device.events() == 0) {
            unmapped(command.deviceId(), command.eventId());
            return null;
        }
        return device;
    }

    /** The command's entry if it leads to a redistributor; else tells what is wrong. */
    private ItsEntry reachable(ItsCommand command) {
        ItsDevice device = device(command);
        if (device == null) {
            return null;
        }
        if (command.eventId() >= device.events()) {
            bad(command);
            return null;
        }
        ItsEntry entry = device.entry((int) command.eventId());
        if (entry == null
                || !entry.valid()
                || tables.collection(entry.collection()) == ItsTables.NONE) {
            unmapped(command.deviceId(), command.eventId());
            return null;
        }
        return entry;
    }

    private void unmapped(long where, long eventId) {
        errors.guestError(GuestError.UNMAPPED_EVENT, cpu, where, eventId);
    }

    private void bad(ItsCommand command) {
        errors.guestError(GuestError.BAD_COMMAND, cpu, command.code(), command.deviceId());
    }

    /** Outcomes of INT. */
    FireCounts interrupts() {
        return interrupts;
    }

    /** Outcomes, at the new redistributor, of requests moved by MOVI and MOVALL. */
    FireCounts moves() {
        return moves;
    }

    /** Requests taken away by CLEAR and DISCARD. */
    long cleared() {
        return clears.fired();
    }
}
