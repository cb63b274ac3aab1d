/**
 * Which CPUs an interrupt may go to: sets of CPUs, their even spread over vectors, and the matrix
 * of vectors. Pure data; depends on {@code base} only.
 */
package org.irqlab.kernel.irq.affinity;
