package org.irqlab.kernel.irq.line;

/**
 * What a chip says of itself.
 *
 * @see "Linux include/linux/irq.h, IRQCHIP_*"
 */
public enum IrqChipFlag {
    /** The type may be set only while the line is masked. */
    SET_TYPE_MASKED,
    /** Interrupts that are not handled get no end of interrupt. */
    EOI_IF_HANDLED,
    /** A threaded handler needs no mask: each interrupt is an edge of its own. */
    ONESHOT_SAFE,
    /** The end of interrupt of a one-shot line waits for its threads. */
    EOI_THREADED,
    /** The affinity may be changed outside the line's own interrupt. */
    MOVE_IN_PROCESS_CONTEXT,
    /** A line interrupts one CPU of its mask, never a choice of them. */
    SINGLE_TARGET,
    /**
     * An interrupt that arrives on the new CPU while the old one still handles the last is
     * remembered (IRQD_RESEND_WHEN_IN_PROGRESS): message-signalled lines with fasteoi flow.
     */
    RESEND_WHEN_IN_PROGRESS,
    /** Disabling masks at once, never lazily. */
    DISABLE_UNLAZY,
    /** The software resend must not call the flow outside a real interrupt. */
    ENFORCE_IRQ_CONTEXT
}
