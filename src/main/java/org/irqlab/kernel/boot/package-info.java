/**
 * Puts a machine together from CPUs, a controller and the kernel's parts, starts it, and takes it
 * down again.
 */
package org.irqlab.kernel.boot;
