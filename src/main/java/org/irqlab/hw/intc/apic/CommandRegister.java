package org.irqlab.hw.intc.apic;

import org.irqlab.base.HotPath;
import org.irqlab.hw.intc.FireCounts;
import org.irqlab.hw.intc.FireOutcome;
import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;

/**
 * The interrupt command register (ICR) of one local APIC. Delivery status reads idle always: a
 * write has sent when it returns.
 *
 * <p><b>Threads.</b> The CPU's owner; the counts: any.
 */
@HotPath
final class CommandRegister {
    /** Bits of the low half that software may write, in either mode. */
    static final int WRITABLE = 0xccfff;

    private static final long LEVEL_BITS = InterruptCommand.LEVEL | InterruptCommand.ASSERT;

    private final int cpu;
    private final ApicBus bus;
    private final OwnerRegisters own;
    private final RequestRegister requests;
    private final GuestErrorSink errors;
    private final FireCounts counts = new FireCounts();

    CommandRegister(
            int cpu,
            ApicBus bus,
            OwnerRegisters own,
            RequestRegister requests,
            GuestErrorSink errors) {
        this.cpu = cpu;
        this.bus = bus;
        this.own = own;
        this.requests = requests;
        this.errors = errors;
    }

    /** Writes all of it, in the bus's form, and sends. */
    void write(long command) {
        own.command(
                InterruptCommand.of(
                        (int) command & WRITABLE, InterruptCommand.destination(command)));
        send(own.command());
    }

    /** Writes the destination of an xAPIC's; sends nothing. */
    void writeHigh(int value) {
        int destination = InterruptCommand.widened(value >>> 24);
        own.command(InterruptCommand.of((int) own.command(), destination));
    }

    /** Writes the low half, which sends. */
    void writeLow(int value) {
        write(InterruptCommand.of(value, InterruptCommand.destination(own.command())));
    }

    /** Requests a vector of this CPU itself; leaves the register alone. */
    void self(int vector) {
        send(InterruptCommand.SELF << 18 | vector);
    }

    /** The register in the bus's form. */
    long read() {
        return own.command();
    }

    private void send(long command) {
        if (InterruptCommand.initDeassert(command)) {
            counts.count(FireOutcome.DROPPED_NO_TARGET);
        } else if (!valid(command)) {
            errors.guestError(GuestError.RESERVED_VALUE, cpu, 0, command);
            counts.count(FireOutcome.DROPPED_NO_TARGET);
        } else if (InterruptCommand.requestsVector(command)
                && !Vectors.legal(InterruptCommand.vector(command))) {
            requests.recordError(RequestRegister.SEND_ILLEGAL_VECTOR);
            long vector = InterruptCommand.vector(command);
            errors.guestError(GuestError.ILLEGAL_VECTOR, cpu, vector, command);
            counts.count(FireOutcome.DROPPED_ILLEGAL_VECTOR);
        } else {
            bus.send(command & ~LEVEL_BITS, cpu, counts);
        }
    }

    private static boolean valid(long command) {
        int mode = InterruptCommand.mode(command);
        return switch (InterruptCommand.shorthand(command)) {
            case InterruptCommand.SELF, InterruptCommand.ALL_INCLUDING_SELF ->
                    mode == InterruptCommand.FIXED;
            default -> mode != InterruptCommand.RESERVED;
        };
    }

    FireCounts counts() {
        return counts;
    }
}
