/**
 * Devices that do more than signal: a receive queue of a network card, its ring, and when it
 * interrupts. They know the PCI function that carries them, and no kernel.
 */
package org.irqlab.hw.device;
