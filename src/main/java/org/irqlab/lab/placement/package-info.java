/**
 * Which host core carries which virtual CPU and which producer, decided before anything starts.
 *
 * <p>A plan is made even where the host is too small: the run is correct on any host, but the plan
 * then says that its latencies mean nothing.
 */
package org.irqlab.lab.placement;
