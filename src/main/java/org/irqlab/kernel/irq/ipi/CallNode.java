package org.irqlab.kernel.irq.ipi;

/** Something on the call list of a CPU. */
abstract sealed class CallNode permits CrossCall, IrqWork {
    // The pusher until it is on a list, then the owner of the list.
    CallNode next;
}
