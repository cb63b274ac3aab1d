/** The generic interrupt layer: vectors, descriptors, the edge flow, threaded handlers. */
package org.irqlab.kernel.irq;
