/**
 * Recorded traces as a stream of events: reading tracefs text, and saying what is in a trace.
 *
 * <p>Knows nothing of the machine. Whatever has kernel events, a file or irqlab's own trace ring,
 * feeds the same {@link org.irqlab.lab.trace.TraceSink}s, so that recorded and reproduced stages
 * are measured by the same code.
 */
package org.irqlab.lab.trace;
