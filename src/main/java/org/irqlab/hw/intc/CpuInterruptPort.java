package org.irqlab.hw.intc;

import org.irqlab.base.HotPath;

/**
 * One CPU's side of the interrupt controller: where its requests are latched, and where it takes
 * them.
 *
 * <p><b>Threads.</b> {@link #accept} may be called by any thread. Everything else belongs to the
 * owner: whoever holds the CPU at that moment. A hand-over of the CPU must order the old holder's
 * last call before the new holder's first (release/acquire).
 *
 * <p><b>Memory ordering.</b> What a thread wrote before {@link #accept}, whatever the outcome, is
 * visible to the owner after the {@link #acknowledge} that takes this request.
 */
@HotPath
public interface CpuInterruptPort {
    /** Returned by {@link #acknowledge} when there is nothing to take. */
    int NONE = -1;

    /**
     * The poll: whether any request is latched, deliverable or not. A handful of opaque loads, no
     * fence; a request that is being latched right now may be seen by the next poll only.
     */
    boolean requested();

    /**
     * Whether a request for {@code vector} is latched here; for owners that move an interrupt away
     * and must not lose the last one. Controllers whose requests follow the route hold none back.
     */
    default boolean requested(int vector) {
        return false;
    }

    /**
     * Samples the controller's interrupt line: whether a latched request is urgent enough to be
     * taken now. A CPU that saw {@code true} is committed: if the request is no longer urgent
     * enough at its next {@link #acknowledge}, it gets {@link #spuriousVector}.
     */
    boolean deliverable();

    /**
     * Takes the most urgent request if it is urgent enough: it leaves the request state and is in
     * service until {@link #endOfInterrupt}.
     *
     * @return the vector; {@link #NONE} if there is nothing to take; {@link #spuriousVector} if the
     *     CPU was committed by {@link #deliverable} and the reason has gone (nothing is in service
     *     for it, so it must not be ended)
     */
    int acknowledge();

    /** The vector that stands for an acknowledge cycle without an interrupt. */
    int spuriousVector();

    /** Ends the most urgent interrupt in service. Ignored, and counted, when there is none. */
    void endOfInterrupt();

    /**
     * Whether the end of {@code vector} reaches the controllers whose levels request it. An
     * interrupt of a level that was sent again as an edge ends for this CPU alone.
     */
    default boolean tellsEnd(int vector) {
        return true;
    }

    /** Whether any interrupt is in service. */
    boolean inService();

    /**
     * Latches an edge-triggered request and wakes the CPU if it has declared itself halted. One
     * atomic OR decides the outcome and is a full fence.
     *
     * @return {@link FireOutcome#LATCHED}, {@link FireOutcome#COALESCED} or {@link
     *     FireOutcome#DROPPED_ILLEGAL_VECTOR}
     */
    FireOutcome accept(int vector);

    /**
     * The local timer of this CPU has expired: latches its vector unless the timer's entry is
     * masked.
     *
     * @return as {@link #accept}, or {@link FireOutcome#DROPPED_DISABLED} if masked: a masked
     *     expiry is lost
     */
    FireOutcome timerExpired();

    /** The timer of this CPU, which the CPU serves. */
    CpuTimer timer();

    /**
     * Declares the CPU halted, then looks again: from {@code true} on, the first request kicks it.
     *
     * <p>Memory ordering: store of the halted flag, full fence, load of the requests. It pairs with
     * {@link #accept}: OR (full fence), load of the halted flag. Either the requester sees a halted
     * CPU, or the CPU sees the request.
     *
     * @return {@code false}, and not halted, if a deliverable request is there
     */
    boolean tryHalt();

    /** Ends the halted state, after a kick or any other reason to wake up. */
    void resumed();

    /**
     * Connects what non-maskable interrupts for this CPU pull; before the machine runs. Controllers
     * that send none ignore it.
     */
    default void connectNmi(NmiLine line) {}

    /**
     * Connects what a signal to this CPU pulls, and returns where the CPU takes them; before the
     * machine runs. Controllers that send none ignore it.
     */
    default ProcessorSignals connectSignals(CpuKick attention) {
        return ProcessorSignals.NONE;
    }

    /** INIT: this side of the controller is as after power-on. */
    default void reset() {}

    /** Sets this side of the controller up as Linux does when a CPU starts. */
    default void setUp() {}

    /** The registers that the CPU's instructions for model-specific registers reach. */
    default ModelSpecificRegisters msrs() {
        return ModelSpecificRegisters.NONE;
    }
}
