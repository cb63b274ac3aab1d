/**
 * What the kernel's own code paths cost on the machine that is imitated: model time, always
 * reported as such.
 */
package org.irqlab.kernel.path;
