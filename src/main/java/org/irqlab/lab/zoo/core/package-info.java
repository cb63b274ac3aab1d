/** Bugs of the kernel's core: traps, calls from CPU to CPU, timers. */
package org.irqlab.lab.zoo.core;
