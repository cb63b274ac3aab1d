/** The kernel's clock-event devices: when each CPU's timer interrupts next. */
package org.irqlab.kernel.time;
