package org.irqlab.kernel.irq.line;

import org.irqlab.kernel.sched.KernelCpu;

/**
 * What happens to an interrupt of a line between the controller and the handlers: when the chip is
 * masked, acknowledged and told of the end, and what becomes of an interrupt that cannot be handled
 * now.
 *
 * <p><b>Not modelled.</b> The flows of NMIs and of chips that mask and end (fasteoi-mask),
 * suspended lines, and probing for interrupts.
 *
 * @see "Linux kernel/irq/chip.c; Documentation/core-api/genericirq.rst, default flow
 *     implementations"
 */
public sealed interface FlowHandler permits Flows.Locked, Flows.PerCpu, Flows.PerCpuDevice {
    /** Latched edges, acknowledged before the handlers: message-signalled lines of an APIC. */
    FlowHandler EDGE = new Flows.Edge();

    /** As {@link #EDGE}, for controllers that want an end instead of an acknowledgement. */
    FlowHandler EDGE_EOI = new Flows.EdgeEoi();

    /** Masked from the interrupt to the end of the handlers. */
    FlowHandler LEVEL = new Flows.Level();

    /** The controller keeps the line quiet itself until it is told of the end: GIC, I/O APIC. */
    FlowHandler FAST_EOI = new Flows.FastEoi();

    /** No hardware at all: interrupts that other code tells apart. */
    FlowHandler SIMPLE = new Flows.Simple();

    /** Called by the thread of the line that a slow chip is behind; runs the thread function. */
    FlowHandler NESTED = new Flows.Nested();

    /** One line for each CPU: nothing is shared, nothing is locked. */
    FlowHandler PER_CPU = new Flows.PerCpu();

    /** The same, with a handler that each CPU switches on for itself. */
    FlowHandler PER_CPU_DEVICE = new Flows.PerCpuDevice();

    /**
     * Handles one interrupt of {@code line}. Hardirq context, interrupts off; {@link #NESTED}: task
     * context.
     */
    void handle(IrqDescriptor line, KernelCpu cpu);

    /** Returns what /proc/interrupts calls it. */
    String name();
}
