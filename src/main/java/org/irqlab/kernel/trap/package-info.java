/**
 * The kernel's handlers of exceptions: page faults, signals, fix-ups, oops and panic, machine
 * checks, NMIs; one set for x86 and ARM64.
 *
 * <p>A {@link org.irqlab.kernel.trap.ProgramRun} is the body of a task that executes a guest
 * program; what its instructions raise comes here through {@link
 * org.irqlab.kernel.trap.KernelTraps}. Depends on {@code hw.cpu} and {@code kernel.sched}.
 */
package org.irqlab.kernel.trap;
