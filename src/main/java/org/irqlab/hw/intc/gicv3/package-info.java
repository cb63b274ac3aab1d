/**
 * ARM GICv3: distributor, redistributors, CPU interfaces and the interrupt translation service.
 *
 * <p>The one decision: the state of an interrupt, its configuration and its target are one word, so
 * that every transition is one compare-and-set, whoever makes it. Beside the words each CPU has
 * bitmaps by priority, which are hints to pending words: set after the word has changed, cleared
 * before it is read again. An acknowledge follows the most urgent hint and takes the word if that
 * still says what the hint promised. So firing and acknowledging take no lock, and neither
 * retargeting nor masking can lose or double an interrupt.
 *
 * @see "Arm IHI 0069, GIC architecture specification, version 3 and 4"
 */
package org.irqlab.hw.intc.gicv3;
