package org.irqlab.kernel.locking;

/**
 * What the locks of one machine have in common.
 *
 * @param lockdep checks them
 * @param inheritance lends priority through those that sleep
 * @param realTime whether spin locks do: PREEMPT_RT
 */
public record Locking(Lockdep lockdep, PriorityInheritance inheritance, boolean realTime) {}
