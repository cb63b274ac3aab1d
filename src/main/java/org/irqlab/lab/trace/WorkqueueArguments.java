package org.irqlab.lab.trace;

import org.irqlab.base.HotPath;

/** Arguments of the workqueue events; see {@link EventArguments}. */
@HotPath
final class WorkqueueArguments {
    private static final int LONGEST_NAME_BYTES = 1 << 10;
    private static final byte[] STRUCT_IS = EventArguments.bytes("work struct=");
    private static final byte[] STRUCT = EventArguments.bytes("work struct ");
    private static final byte[] FUNCTION_IS = EventArguments.bytes("function=");
    private static final byte[] FUNCTION = EventArguments.bytes("function ");
    private static final byte[] WORKQUEUE = EventArguments.bytes(" workqueue=");
    private static final byte[] REQUESTED = EventArguments.bytes(" req_cpu=");
    private static final byte[] CHOSEN = EventArguments.bytes("cpu=");

    private final ByteNames names;

    WorkqueueArguments(ByteNames names) {
        this.names = names;
    }

    /** A function of a module prints as "name [module]", so names end at the next key. */
    void queue(Cursor c, TraceEvent event) {
        c.expect(STRUCT_IS);
        event.object = c.address();
        c.expect(FUNCTION_IS);
        int stop = c.find(WORKQUEUE, LONGEST_NAME_BYTES);
        event.nameId = names.id(c, c.at, stop);
        c.at = stop + WORKQUEUE.length;
        stop = c.find(REQUESTED, LONGEST_NAME_BYTES);
        // Older kernels print the workqueue's address: it names the workqueue as well.
        event.workqueueId = names.id(c, c.at, stop);
        c.at = stop + REQUESTED.length;
        event.requestedCpu = c.integer();
        c.expect(CHOSEN);
        event.chosenCpu = c.integer();
    }

    /** Older kernels print no function. */
    void activate(Cursor c, TraceEvent event) {
        c.expect(STRUCT);
        event.object = c.address();
        function(c, event, FUNCTION_IS);
    }

    /** Older kernels print no function at the end of an execution. */
    void execute(Cursor c, TraceEvent event) {
        c.expect(STRUCT);
        event.object = c.address();
        if (!c.atEnd() && c.text[c.at] == ':') {
            c.at++;
        }
        function(c, event, FUNCTION);
    }

    private void function(Cursor c, TraceEvent event, byte[] key) {
        event.nameId = 0;
        if (!c.atEnd()) {
            c.expect(key);
            event.nameId = names.id(c, c.at, c.end);
        }
    }
}
