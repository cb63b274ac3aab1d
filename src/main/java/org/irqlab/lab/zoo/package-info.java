/**
 * The bug zoo: lists the misuses that the product ships as scenarios with a switch, runs them, and
 * says whether each one's detector fired with the bug and stayed silent without it.
 *
 * <p>Entries are in packages by domain below; they know {@code lab.zoo.rig} only.
 */
package org.irqlab.lab.zoo;
