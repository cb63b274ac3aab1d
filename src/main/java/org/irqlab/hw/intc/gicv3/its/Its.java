package org.irqlab.hw.intc.gicv3.its;

import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.RegisterBlock;

import java.util.List;

/**
 * A GICv3 interrupt translation service (ITS): turns the message of a device into an LPI at a
 * redistributor.
 *
 * <pre>
 *   DeviceID ─ device table ─► translation table
 *   EventID  ─ translation table ─► INTID, collection
 *   collection ─ collection table ─► redistributor: INTID pending
 * </pre>
 *
 * <p>The guest fills the tables by commands in a queue; see {@link ItsCommands}. A message reads
 * one word that holds the whole way; see {@link ItsEntry} for how that agrees with a command that
 * changes the way meanwhile.
 *
 * <p><b>Threads.</b> Any.
 *
 * <p><b>Conservation.</b> A pending bit is set by a message, an INT or a move whose outcome is
 * LATCHED or PENDED_MASKED. It is taken by an acknowledge, by a move, or by CLEAR and DISCARD. So
 * at quiescence: set by messages + set by {@link #interrupts} + set by {@link #moves} =
 * acknowledged + all moves + {@link #cleared} + still pending.
 *
 * <p><b>Not modelled.</b> Virtual interrupts (GICv4), collections held in the service itself.
 *
 * @see "Arm IHI 0069, Locality-specific Peripheral Interrupts and the ITS"
 */
public final class Its {
    private final ItsTables tables;
    private final ItsRegisters registers;

    /**
     * A service after reset: switched off, nothing mapped.
     *
     * @param redistributors by processor number
     * @param memory where the guest puts its command queue
     */
    public Its(
            ItsSpec spec,
            List<? extends LpiRedistributor> redistributors,
            ItsMemory memory,
            GuestErrorSink errors) {
        tables = new ItsTables(spec, redistributors, errors);
        registers = new ItsRegisters(spec, tables, memory, errors);
    }

    /**
     * Where the device with this DeviceID sends its messages; always the same object.
     *
     * @param deviceId unsigned; one that is too wide can never be mapped
     */
    public ItsDevice device(int deviceId) {
        return tables.device(Integer.toUnsignedLong(deviceId));
    }

    /** The registers, at the base address of the specification. */
    public RegisterBlock registers() {
        return registers;
    }

    /** Outcomes of the INT command. */
    public FireCounts interrupts() {
        return registers.unit().interrupts();
    }

    /** Outcomes, at the new redistributor, of requests that MOVI and MOVALL have moved. */
    public FireCounts moves() {
        return registers.unit().moves();
    }

    /** Requests that CLEAR and DISCARD have taken away. */
    public long cleared() {
        return registers.unit().cleared();
    }
}
