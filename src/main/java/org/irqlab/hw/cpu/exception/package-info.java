/**
 * Exceptions of x86 and ARM64, how each architecture delivers them, and small guest programs whose
 * instructions raise them.
 *
 * <p>A {@link org.irqlab.hw.cpu.exception.GuestCore} executes restartable instructions on a virtual
 * CPU and polls it between two of them; what an instruction raises enters a {@link
 * org.irqlab.hw.cpu.exception.TrapHandler}, the kernel's, through the interrupt descriptor table or
 * the vector table. Nothing here knows the kernel. Depends on {@code hw.cpu}.
 */
package org.irqlab.hw.cpu.exception;
