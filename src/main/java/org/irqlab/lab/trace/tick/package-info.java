/**
 * The kernel's tick seen in a cycle counter: the grid on which ticks stand, and what it says about
 * the rate of the counter. Knows numbers only, nothing of traces.
 */
package org.irqlab.lab.trace.tick;
