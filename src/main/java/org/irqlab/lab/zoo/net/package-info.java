/** Bugs of the receive path: polling, and interrupts that wait for more frames. */
package org.irqlab.lab.zoo.net;
