package org.irqlab.hw.intc.gicv3.its;

/**
 * Builds commands for an interrupt translation service that knows redistributors by their processor
 * number (GITS_TYPER.PTA is 0).
 *
 * <p>Fields are cut to their width: a command that is out of range can be built, as a guest can.
 */
public final class ItsCommands {
    private ItsCommands() {}

    /**
     * Gives a device a translation table.
     *
     * @param eventIdBits width of its EventIDs, 1 to 32
     * @param ittAddress where the table is, a multiple of 256
     */
    public static ItsCommand mapd(int deviceId, int eventIdBits, long ittAddress) {
        return new ItsCommand(
                device(ItsOpcode.MAPD, deviceId),
                eventIdBits - 1 & 0x1f,
                ItsCommand.VALID | ittAddress & ItsCommand.ITT_ADDRESS,
                0);
    }

    /** Takes a device's translation table away. */
    public static ItsCommand unmapd(int deviceId) {
        return new ItsCommand(device(ItsOpcode.MAPD, deviceId), 0, 0, 0);
    }

    /** Lets a collection's interrupts go to one redistributor. */
    public static ItsCommand mapc(int collection, int redistributor) {
        return new ItsCommand(
                ItsOpcode.MAPC.code(),
                0,
                ItsCommand.VALID | target(redistributor) | collection & 0xffff,
                0);
    }

    /** Lets a collection's interrupts go nowhere. */
    public static ItsCommand unmapc(int collection) {
        return new ItsCommand(ItsOpcode.MAPC.code(), 0, collection & 0xffff, 0);
    }

    /** Makes an event an LPI of a collection. */
    public static ItsCommand mapti(int deviceId, int eventId, int intId, int collection) {
        return new ItsCommand(
                device(ItsOpcode.MAPTI, deviceId),
                (long) intId << 32 | eventId & 0xffff_ffffL,
                collection & 0xffff,
                0);
    }

    /** Makes an event the LPI of the same number. */
    public static ItsCommand mapi(int deviceId, int eventId, int collection) {
        return event(ItsOpcode.MAPI, deviceId, eventId, collection);
    }

    /** Moves an event to another collection. */
    public static ItsCommand movi(int deviceId, int eventId, int collection) {
        return event(ItsOpcode.MOVI, deviceId, eventId, collection);
    }

    /** Takes an event's entry away. */
    public static ItsCommand discard(int deviceId, int eventId) {
        return event(ItsOpcode.DISCARD, deviceId, eventId, 0);
    }

    /** Reads the configuration of an event's LPI again. */
    public static ItsCommand inv(int deviceId, int eventId) {
        return event(ItsOpcode.INV, deviceId, eventId, 0);
    }

    /** Makes an event's LPI pending. */
    public static ItsCommand interrupt(int deviceId, int eventId) {
        return event(ItsOpcode.INT, deviceId, eventId, 0);
    }

    /** Takes the pending state of an event's LPI away. */
    public static ItsCommand clear(int deviceId, int eventId) {
        return event(ItsOpcode.CLEAR, deviceId, eventId, 0);
    }

    /** Reads the configuration of all LPIs of a collection's redistributor again. */
    public static ItsCommand invall(int collection) {
        return new ItsCommand(ItsOpcode.INVALL.code(), 0, collection & 0xffff, 0);
    }

    /** Moves all that is pending. */
    public static ItsCommand movall(int from, int to) {
        return new ItsCommand(ItsOpcode.MOVALL.code(), 0, target(from), target(to));
    }

    /** Waits until the commands before it are complete for one redistributor. */
    public static ItsCommand sync(int redistributor) {
        return new ItsCommand(ItsOpcode.SYNC.code(), 0, target(redistributor), 0);
    }

    private static ItsCommand event(ItsOpcode opcode, int deviceId, int eventId, int collection) {
        return new ItsCommand(
                device(opcode, deviceId), eventId & 0xffff_ffffL, collection & 0xffff, 0);
    }

    private static long device(ItsOpcode opcode, int deviceId) {
        return (long) deviceId << 32 | opcode.code();
    }

    private static long target(int redistributor) {
        return (redistributor & 0xffff_ffffL) << ItsCommand.TARGET_SHIFT;
    }
}
