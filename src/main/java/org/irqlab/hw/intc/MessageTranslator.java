package org.irqlab.hw.intc;

/**
 * The part of an interrupt controller that turns the messages of devices, told apart by their
 * requester ids, into interrupts that are numbered once for the whole machine.
 *
 * <p>An interrupt goes to one CPU at a time, and follows {@link #move} with what is pending of it.
 * It starts disabled; while it is, it pends.
 *
 * <p><b>Threads.</b> Any holder of a CPU, which every call names as {@code byCpu}; calls for one
 * event come one at a time.
 *
 * @see "Linux drivers/irqchip/irq-gic-v3-its.c"
 */
public interface MessageTranslator {
    /** The lowest interrupt that may be given to an event. */
    int firstInterrupt();

    /** How many there are from there on. */
    int interrupts();

    /** Where devices write the numbers of their events. */
    long messageAddress();

    /**
     * Makes room for the events of a device, once.
     *
     * @param events from 0 on; a power of two is made of it
     */
    void attach(int deviceId, int events, int byCpu);

    /** Lets an event become its interrupt, at one CPU. */
    void map(TranslatedEvent event, int target, int byCpu);

    /** Lets a mapped event's interrupt go to another CPU, also one that is pending. */
    void move(TranslatedEvent event, int target, int byCpu);

    /** Lets an event become nothing; what is pending of its interrupt is gone. */
    void unmap(TranslatedEvent event, int byCpu);

    /** Lets a mapped event's interrupt be delivered, or keeps it pending. */
    void setEnabled(TranslatedEvent event, boolean enabled, int byCpu);

    /** Makes a mapped event's interrupt pending. */
    void retrigger(TranslatedEvent event, int byCpu);
}
