/**
 * Locks of the kernel that spin: for what several CPUs share and interrupts touch.
 *
 * <p>They know nothing of tasks or CPUs; turning interrupts off is the caller's business. Depends
 * on {@code base} only.
 */
package org.irqlab.kernel.locking;
