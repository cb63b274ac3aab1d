package org.irqlab.lab.trace;

/**
 * Takes the events of a trace in file order, which is time order.
 *
 * <p><b>Threads.</b> Called by one thread.
 */
public interface TraceSink {
    /**
     * Takes one event.
     *
     * @param event valid during the call only; the producer fills it again
     */
    void event(TraceEvent event);

    /**
     * The recorder lost events of {@code cpu}: what was open there is of unknown length.
     *
     * @param timeNs where the gap ends (the next event of that CPU), ns since the first event
     * @param events how many, or -1 when the recorder did not say
     */
    default void lost(int cpu, long timeNs, long events) {}
}
