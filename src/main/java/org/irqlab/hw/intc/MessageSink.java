package org.irqlab.hw.intc;

import org.irqlab.base.HotPath;

/**
 * Where a message-signalled interrupt lands: takes one posted write of {@code data} to {@code
 * address}.
 *
 * <p><b>Threads.</b> Any. <b>Memory ordering.</b> A message pushes the sender's earlier writes
 * ahead of it: they are visible to the handler that takes it.
 */
@FunctionalInterface
public interface MessageSink {
    /** Delivers one message; never blocks and never throws for what a guest may have programmed. */
    @HotPath
    FireOutcome message(long address, int data);
}
