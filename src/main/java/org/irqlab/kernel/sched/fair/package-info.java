/**
 * Linux's fair class (EEVDF) as a plain data structure: saved lag, placement, eligibility, delayed
 * dequeue, slice protection, wake-up preemption and the choice of a CPU for a wake.
 *
 * <p>It knows no task, no thread and no clock: the scheduler passes the time in and acts on what
 * comes out. Every structure belongs to whoever holds the baton of its virtual CPU, so fields are
 * plain. One level only: no cgroups, no autogroup, no buddies ({@code NEXT_BUDDY} is off in Linux,
 * {@code yield_to} is absent), no bandwidth limits.
 */
package org.irqlab.kernel.sched.fair;
