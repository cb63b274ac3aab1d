package org.irqlab.hw.pci;

/**
 * A message as fires send it, alone on its cache lines: every fire reads it, and whatever else the
 * heap puts next to it may be written by the CPU that takes the interrupt. Then each fire would
 * wait for that line to come back from the other core.
 *
 * <p>Immutable.
 */
final class SentMessage extends SentMessageFields {
    // Two cache lines, as in the lead: the adjacent-line prefetcher pairs lines.
    @SuppressWarnings("unused")
    private long t0, t1, t2, t3, t4, t5, t6, t7, t8, t9, ta, tb, tc, td, te, tf;

    SentMessage(MsiMessage message) {
        super(message);
    }
}

/** What a fire reads. A class of its own, since the JVM orders fields within a class at will. */
abstract class SentMessageFields extends SentMessageLead {
    final long address;
    final int data;

    /** What this is a copy of. */
    final MsiMessage message;

    SentMessageFields(MsiMessage message) {
        this.message = message;
        address = message.address();
        data = message.data();
    }
}

/** What lies between the object before and the fields. */
abstract class SentMessageLead {
    @SuppressWarnings("unused")
    private long l0, l1, l2, l3, l4, l5, l6, l7, l8, l9, la, lb, lc, ld, le, lf;
}
