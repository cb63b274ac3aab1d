/** Bugs at the border of devices and memory: messages, data on their way, cache lines. */
package org.irqlab.lab.zoo.device;
