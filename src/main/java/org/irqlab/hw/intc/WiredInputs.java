package org.irqlab.hw.intc;

import org.irqlab.base.HotPath;

/**
 * The inputs of one controller that devices pull by wire: the pins of an I/O APIC, the shared
 * peripheral interrupts of a GIC.
 *
 * <p><b>Threads.</b> {@link #drive}: any. Everything else: any, but whoever changes how an input
 * triggers or where it leads does so alone for that input, as under the lock of its line.
 */
public interface WiredInputs {
    /** The controller's name, as /proc/interrupts shows it. */
    String name();

    /** Number of the lowest input. */
    int first();

    /** How many inputs there are; their numbers are consecutive. */
    int count();

    /** Holds back the input's interrupts. */
    void mask(int input);

    /** Lets them through; a level that is active interrupts. */
    void unmask(int input);

    /**
     * Sets what makes the input interrupt. While it is masked.
     *
     * @return {@code false} if the controller has no such trigger; nothing has changed then
     */
    boolean setTrigger(int input, InputTrigger trigger);

    /**
     * Sets where the input's interrupts go.
     *
     * @param vector what they request there, unless CPUs acknowledge the number of the input itself
     */
    void route(int input, int cpu, int vector);

    /** Ends what the input has in flight, where the CPU's own end of interrupt did not. */
    void end(int input);

    /** Makes the input interrupt as by an edge: whether the controller can. */
    boolean setPending(int input);

    /** Whether an interrupt of the input was sent or taken, and has not ended. */
    boolean inFlight(int input);

    /**
     * Drives the wire of an input.
     *
     * @return what became of the interrupt; {@link FireOutcome#IGNORED_NO_EDGE} for a wire that
     *     became inactive
     */
    @HotPath
    FireOutcome drive(int input, boolean high);
}
