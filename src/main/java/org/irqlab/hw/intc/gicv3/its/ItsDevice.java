package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.MessageSink;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * One device as an interrupt translation service knows it: takes its messages, and translates them
 * by the table that MAPD has given it.
 *
 * <p>A message is one atomic addition that fetches the mapping, the redistributor's atomic
 * operation, and one more addition; see {@link ItsEntry} for what that buys.
 *
 * <p><b>Threads.</b> Any thread may send. The table is changed by whoever executes commands.
 *
 * <p><b>Progress.</b> Wait-free up to the redistributor.
 *
 * <p><b>Memory ordering.</b> What the sender wrote before {@link #message}, whatever the outcome,
 * is visible to the CPU that acknowledges the LPI, also after MOVI or MOVALL have moved it: both
 * take the pending bit by an atomic operation that acquires, and set it again by one that releases.
 */
public final class ItsDevice implements MessageSink {
    private static final VarHandle TABLE;
    private static final VarHandle ENTRY = MethodHandles.arrayElementVarHandle(ItsEntry[].class);
    private static final ItsEntry[] NO_TABLE = {};

    static {
        try {
            TABLE =
                    MethodHandles.lookup()
                            .findVarHandle(ItsDevice.class, "table", ItsEntry[].class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    private final long deviceId;
    private final long translater;
    private final LpiRedistributor[] redistributors;
    private final ItsTables tables;
    private final GuestErrorSink errors;
    // Any thread, through TABLE; elements through ENTRY. Its length is the number of events.
    private ItsEntry[] table = NO_TABLE;

    ItsDevice(
            long deviceId,
            long translater,
            LpiRedistributor[] redistributors,
            ItsTables tables,
            GuestErrorSink errors) {
        this.deviceId = deviceId;
        this.translater = translater;
        this.redistributors = redistributors;
        this.tables = tables;
        this.errors = errors;
    }

    /**
     * Takes one message.
     *
     * @param data the EventID
     * @return what the redistributor made of it; {@link FireOutcome#DROPPED_NO_TARGET} if {@code
     *     address} is not GITS_TRANSLATER, or the device, the event or its collection is not
     *     mapped; {@link FireOutcome#DROPPED_DISABLED} if the service is switched off
     */
    @Override
    @HotPath
    public FireOutcome message(long address, int data) {
        return address == translater ? translate(data) : FireOutcome.DROPPED_NO_TARGET;
    }

    /** A message that has reached GITS_TRANSLATER. */
    @HotPath
    FireOutcome translate(int eventId) {
        ItsEntry entry = entry(eventId);
        if (entry == null) {
            return dropped(tables.enabled() ? ItsEntry.UNMAPPED : ItsEntry.DISABLED, eventId);
        }
        long mapping = entry.enter();
        try {
            if (ItsEntry.mapped(mapping)) {
                return redistributors[ItsEntry.redistributor(mapping)].trigger(
                        ItsEntry.intId(mapping));
            }
        } finally {
            entry.leave(mapping);
        }
        return dropped(mapping, eventId);
    }

    private FireOutcome dropped(long mapping, int eventId) {
        if (ItsEntry.disabled(mapping)) {
            return FireOutcome.DROPPED_DISABLED;
        }
        errors.guestError(
                GuestError.UNMAPPED_EVENT,
                GuestErrorSink.NO_CPU,
                deviceId,
                Integer.toUnsignedLong(eventId));
        return FireOutcome.DROPPED_NO_TARGET;
    }

    /** The entry of one event, or {@code null} if the table has none or has never had it mapped. */
    ItsEntry entry(int eventId) {
        // Pair with the releases in replaceTable() and add(): tables and entries are seen whole.
        ItsEntry[] entries = (ItsEntry[]) TABLE.getAcquire(this);
        return eventId >= 0 && eventId < entries.length
                ? (ItsEntry) ENTRY.getAcquire(entries, eventId)
                : null;
    }

    /** Number of events that the table has room for; 0 if there is no table. */
    int events() {
        return ((ItsEntry[]) TABLE.getOpaque(this)).length;
    }

    /**
     * Puts an empty table in the place of the old one.
     *
     * @param events a power of two, or 0 for no table
     */
    void replaceTable(int events) {
        ItsEntry[] old = (ItsEntry[]) TABLE.getOpaque(this);
        TABLE.setRelease(this, events == 0 ? NO_TABLE : new ItsEntry[events]);
        // Messages that have found an old entry see that it leads nowhere any more.
        for (ItsEntry entry : old) {
            if (entry != null) {
                entry.unmap();
                entry.retarget(tables.target(entry));
            }
        }
    }

    /** Adds the entry of an event that the table has room for. */
    void add(int eventId, ItsEntry entry) {
        ENTRY.setRelease((ItsEntry[]) TABLE.getOpaque(this), eventId, entry);
    }
}
