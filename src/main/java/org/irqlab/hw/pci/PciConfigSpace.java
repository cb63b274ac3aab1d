package org.irqlab.hw.pci;

import org.irqlab.hw.intc.GuestError;
import org.irqlab.hw.intc.GuestErrorSink;
import org.irqlab.hw.intc.RegisterBlock;

import java.util.List;

/**
 * The configuration space of one function: type 0 header, base addresses, and the capabilities that
 * send messages.
 *
 * <p>Aligned accesses of 1, 2 and 4 bytes. Writes of read-only bits have no effect, as on every
 * bus, and are no errors: a driver that writes a whole word cannot leave them out.
 *
 * <p>IMPDEF: MSI and MSI-X enabled together, which PCI forbids, is told as {@link
 * GuestError#RESERVED_VALUE}; the function then uses MSI-X.
 *
 * <p><b>Threads.</b> Any. <b>Progress.</b> Blocking: one lock orders all accesses, as a bus does.
 *
 * <p><b>Not modelled.</b> Function-level reset, expansion ROM, I/O space, error bits of the status
 * register, extended capabilities: from offset 256 on everything reads zero.
 *
 * @see "PCI Local Bus Specification 3.0, Configuration Space"
 */
public final class PciConfigSpace implements RegisterBlock {
    /** Offset of the command register, 16 bits. */
    public static final int COMMAND = 0x04;

    /** Offset of the status register, 16 bits. */
    public static final int STATUS = 0x06;

    /** Offset of the first base address register. */
    public static final int BASE_ADDRESS_0 = 0x10;

    /** Offset of the byte with the offset of the first capability. */
    public static final int CAPABILITY_LIST = 0x34;

    /** Offset of the interrupt line, a byte that the function does not use. */
    public static final int INTERRUPT_LINE = 0x3c;

    /** Command: the function answers at its base addresses. */
    public static final int COMMAND_MEMORY = 0x0002;

    /** Command: the function may write to memory, which messages are too. */
    public static final int COMMAND_BUS_MASTER = 0x0004;

    /** Command: the function must not assert its pin. */
    public static final int COMMAND_INTERRUPT_DISABLE = 0x0400;

    /** Status: the device wants service, and does not say so by message. */
    public static final int STATUS_INTERRUPT = 0x0008;

    /** Status: there is a capability list. */
    public static final int STATUS_CAPABILITIES = 0x0010;

    private static final int BYTES = 4096;
    private static final int WORDS = 256 / Integer.BYTES;
    private static final int FIRST_CAPABILITY = 0x40 / Integer.BYTES;
    private static final int COMMAND_WORD = COMMAND / Integer.BYTES;
    private static final int BASE_WORD = BASE_ADDRESS_0 / Integer.BYTES;
    private static final int LINE_WORD = INTERRUPT_LINE / Integer.BYTES;
    private static final int CAPABILITY_WORD = CAPABILITY_LIST / Integer.BYTES;

    private final IntxLine intx;
    private final List<PciCapability> capabilities;
    private final GuestErrorSink errors;
    private final PciBar[] bars = new PciBar[PciBar.COUNT];
    private final PciCapability[] owners = new PciCapability[WORDS];
    private final int[] firstWords = new int[WORDS];
    private final int[] writable = new int[WORDS];
    // Guarded by this.
    private final int[] words = new int[WORDS];

    /**
     * A configuration space after reset: no memory, no bus master, no capability enabled.
     *
     * @param intx the function's line, wired to nothing if the header names no pin
     * @param capabilities at most one of each kind
     */
    public PciConfigSpace(
            PciHeader header,
            IntxLine intx,
            List<PciBar> bars,
            List<PciCapability> capabilities,
            GuestErrorSink errors) {
        this.intx = intx;
        this.capabilities = List.copyOf(capabilities);
        this.errors = errors;
        words[0] = header.device() << Short.SIZE | header.vendor();
        words[2] = header.classCode() << Byte.SIZE | header.revision();
        words[LINE_WORD] = header.pin().ordinal() << Byte.SIZE;
        writable[LINE_WORD] = 0xff;
        writable[COMMAND_WORD] = COMMAND_MEMORY | COMMAND_BUS_MASTER | COMMAND_INTERRUPT_DISABLE;
        bars.forEach(this::place);
        placeCapabilities();
        this.capabilities.forEach(each -> each.busMaster(false));
    }

    private void place(PciBar bar) {
        if (bars[bar.index()] != null) {
            throw new IllegalArgumentException("bar=" + bar.index() + " is there twice");
        }
        bars[bar.index()] = bar;
        writable[BASE_WORD + bar.index()] = bar.addressMask();
    }

    private void placeCapabilities() {
        int link = CAPABILITY_WORD;
        int at = FIRST_CAPABILITY;
        for (PciCapability capability : capabilities) {
            if (capability instanceof MsixCapability msix && bars[msix.bar()] == null) {
                throw new IllegalArgumentException("bar=" + msix.bar() + " is not there");
            }
            if (offset(capability.id()) != 0) {
                throw new IllegalArgumentException("capability=" + capability.id() + " is twice");
            }
            for (int word = 0; word < capability.words(); word++) {
                owners[at + word] = capability;
                firstWords[at + word] = at;
            }
            words[at] = capability.id();
            // The list begins with a byte of its own; from then on the link is the second byte.
            words[link] |= at * Integer.BYTES << (link == CAPABILITY_WORD ? 0 : Byte.SIZE);
            link = at;
            at += capability.words();
        }
        words[COMMAND_WORD] = capabilities.isEmpty() ? 0 : STATUS_CAPABILITIES << Short.SIZE;
    }

    /** Offset of the capability with this id, or 0. */
    public int offset(int id) {
        for (int word = FIRST_CAPABILITY; word < WORDS; word++) {
            if (owners[word] != null && owners[word].id() == id) {
                return word * Integer.BYTES;
            }
        }
        return 0;
    }

    @Override
    public long size() {
        return BYTES;
    }

    @Override
    public synchronized long read(int cpu, long offset, int bytes) {
        if (!allowed(cpu, offset, bytes, 0)) {
            return 0;
        }
        int word = (int) offset / Integer.BYTES;
        return (word < WORDS ? readWord(word) : 0) >>> shift(offset) & mask(bytes);
    }

    private int readWord(int word) {
        int bits = words[word];
        if (word == COMMAND_WORD && intx.status()) {
            return bits | STATUS_INTERRUPT << Short.SIZE;
        }
        return owners[word] == null ? bits : bits | owners[word].read(word - firstWords[word]);
    }

    @Override
    public synchronized void write(int cpu, long offset, int bytes, long value) {
        int word = (int) offset / Integer.BYTES;
        if (!allowed(cpu, offset, bytes, value) || word >= WORDS) {
            return;
        }
        int lanes = (int) (mask(bytes) << shift(offset));
        int placed = (int) (value << shift(offset));
        if (owners[word] != null) {
            writeCapability(cpu, word, placed, lanes);
            return;
        }
        int changing = lanes & writable[word];
        words[word] = words[word] & ~changing | placed & changing;
        if (word == COMMAND_WORD) {
            command(words[word]);
        }
    }

    private void command(int value) {
        intx.disable((value & COMMAND_INTERRUPT_DISABLE) != 0);
        boolean master = (value & COMMAND_BUS_MASTER) != 0;
        capabilities.forEach(each -> each.busMaster(master));
    }

    private void writeCapability(int cpu, int word, int value, int lanes) {
        int index = word - firstWords[word];
        int own = index == 0 ? lanes & ~PciCapability.HEADER_MASK : lanes;
        if (own == 0) {
            return;
        }
        boolean good = owners[word].write(index, value, own);
        long enabled = capabilities.stream().filter(PciCapability::enabled).count();
        intx.silence(enabled != 0);
        if (!good || index == 0 && enabled > 1) {
            errors.guestError(GuestError.RESERVED_VALUE, cpu, (long) word * Integer.BYTES, value);
        }
    }

    private boolean allowed(int cpu, long offset, int bytes, long value) {
        boolean allowed =
                (bytes == Byte.BYTES || bytes == Short.BYTES || bytes == Integer.BYTES)
                        && offset % bytes == 0;
        if (!allowed) {
            errors.guestError(GuestError.BAD_ACCESS_SIZE, cpu, offset, value);
        }
        return allowed;
    }

    private static int shift(long offset) {
        return (int) (offset % Integer.BYTES) * Byte.SIZE;
    }

    private static long mask(int bytes) {
        return (1L << bytes * Byte.SIZE) - 1;
    }

    /**
     * Where the function answers for one of its BARs.
     *
     * @return the physical address, or -1 if the function has no such BAR or memory is off
     */
    public synchronized long barAddress(int index) {
        boolean on = bars[index] != null && (words[COMMAND_WORD] & COMMAND_MEMORY) != 0;
        return on ? words[BASE_WORD + index] & 0xffff_ffffL : -1;
    }

    /** What lies behind one of the BARs, or {@code null}. */
    public RegisterBlock bar(int index) {
        return bars[index] == null ? null : bars[index].registers();
    }
}
