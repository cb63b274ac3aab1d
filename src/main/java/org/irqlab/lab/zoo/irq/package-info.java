/** Bugs of drivers and of the interrupt layer, on wired lines, messages and their handlers. */
package org.irqlab.lab.zoo.irq;
