/**
 * What CPUs ask of each other by interrupts: function calls, irq_work, and several logical
 * interrupts on one vector. Knows CPUs and the controller's interface, no lines.
 */
package org.irqlab.kernel.irq.ipi;
