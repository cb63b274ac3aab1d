/**
 * Softirqs and tasklets: the bottom halves that run after an interrupt, when bottom halves are
 * enabled, or in ksoftirqd.
 *
 * <p>Everything is local to one CPU and plain; only a tasklet's own state word is shared between
 * CPUs.
 */
package org.irqlab.kernel.softirq;
