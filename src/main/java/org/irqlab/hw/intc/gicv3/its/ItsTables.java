package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.GuestErrorSink;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;

/**
 * What is mapped: devices, the events of each, and collections.
 *
 * <p>Messages read none of this but the entry of their event, which holds the whole way to the
 * redistributor. Whatever changes a step of the way writes the entries that lead over it.
 *
 * <p>SIMPLIFIED: the tables are kept in the service, as if its cache held them all. The memory that
 * GITS_BASER and MAPD give it for them is neither read nor written, but for the first level of
 * two-level tables; a table that is given anew is empty, whatever its memory holds.
 *
 * <p><b>Threads.</b> {@link #device} and {@link #enabled}: any. Everything else: under the monitor
 * of {@link ItsRegisters}.
 */
final class ItsTables {
    /** The redistributor of a collection that has none. */
    static final int NONE = -1;

    private final ItsSpec spec;
    private final LpiRedistributor[] redistributors;
    private final GuestErrorSink errors;
    private final Map<Long, ItsDevice> devices = new ConcurrentHashMap<>();
    // Under the monitor.
    private final Map<Integer, Integer> collections = new HashMap<>();
    // Written under the monitor, read by any thread. Volatile, for messages to events without an
    // entry: after GITS_CTLR was written, none is judged by what it said before.
    private volatile boolean enabled;

    ItsTables(
            ItsSpec spec, List<? extends LpiRedistributor> redistributors, GuestErrorSink errors) {
        this.spec = spec;
        this.redistributors = redistributors.toArray(LpiRedistributor[]::new);
        this.errors = errors;
    }

    /** The device with this DeviceID, mapped or not. */
    ItsDevice device(long deviceId) {
        return devices.computeIfAbsent(
                deviceId,
                id -> new ItsDevice(id, spec.translaterAddress(), redistributors, this, errors));
    }

    int redistributors() {
        return redistributors.length;
    }

    LpiRedistributor redistributor(int number) {
        return redistributors[number];
    }

    /** Whether messages are translated at all. */
    boolean enabled() {
        return enabled;
    }

    /** Switches translation; when it is off, no message is on its way any more. */
    void enable(boolean value) {
        enabled = value;
        retarget(entry -> true);
    }

    /** The redistributor of a collection, or {@link #NONE}. */
    int collection(int number) {
        return collections.getOrDefault(number, NONE);
    }

    void mapCollection(int number, int redistributor) {
        collections.put(number, redistributor);
        retarget(entry -> entry.collection() == number);
    }

    void unmapCollection(int number) {
        collections.remove(number);
        retarget(entry -> entry.collection() == number);
    }

    /** The collection table was given anew. */
    void forgetCollections() {
        collections.clear();
        retarget(entry -> true);
    }

    /** The device table was given anew. */
    void forgetDevices() {
        devices.values().forEach(device -> device.replaceTable(0));
    }

    /** Where messages of an event are to go, by all that is mapped now. */
    long target(ItsEntry entry) {
        if (!enabled) {
            return ItsEntry.DISABLED;
        }
        int redistributor = entry.valid() ? collection(entry.collection()) : NONE;
        return redistributor == NONE
                ? ItsEntry.UNMAPPED
                : ItsEntry.target(redistributor, entry.intId());
    }

    private void retarget(Predicate<ItsEntry> which) {
        for (ItsDevice device : devices.values()) {
            int events = device.events();
            for (int eventId = 0; eventId < events; eventId++) {
                ItsEntry entry = device.entry(eventId);
                if (entry != null && which.test(entry)) {
                    entry.retarget(target(entry));
                }
            }
        }
    }
}
