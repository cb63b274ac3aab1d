package org.irqlab.lab.trace;

import org.irqlab.base.HotPath;

/** Arguments of page faults and NMI handlers; see {@link EventArguments}. */
@HotPath
final class FaultArguments {
    private static final int LONGEST_NAME_BYTES = 1 << 10;
    private static final byte[] ADDRESS = EventArguments.bytes("address=");
    private static final byte[] INSTRUCTION = EventArguments.bytes("ip=");
    private static final byte[] ERROR_CODE = EventArguments.bytes(" error_code=");
    private static final byte[] DELTA = EventArguments.bytes(" delta_ns: ");
    private static final byte[] HANDLED = EventArguments.bytes("handled: ");
    private static final int CALL_BYTES = "()".length();

    private final ByteNames names;

    FaultArguments(ByteNames names) {
        this.names = names;
    }

    /** Address and instruction are symbols where the kernel has one for them. */
    void pageFault(Cursor c, TraceEvent event) {
        c.expect(ADDRESS);
        event.object = c.address();
        c.expect(INSTRUCTION);
        int stop = c.find(ERROR_CODE, LONGEST_NAME_BYTES);
        event.nameId = names.id(c, c.at, stop);
        c.at = stop + ERROR_CODE.length;
        event.number = (int) c.address();
    }

    void nmi(Cursor c, TraceEvent event) {
        c.skipBlanks();
        int stop = c.find(DELTA, LONGEST_NAME_BYTES);
        event.nameId = names.id(c, c.at, Math.max(c.at, stop - CALL_BYTES));
        c.at = stop + DELTA.length;
        event.object = c.number();
        c.expect(HANDLED);
        event.returned = c.integerUpTo(Integer.MAX_VALUE);
    }
}
