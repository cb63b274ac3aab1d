/**
 * Does a replay plan on a virtual machine: arrivals fire, activities burn their recorded cost in
 * the context that the strategy chooses, and everything between emerges.
 */
package org.irqlab.lab.replay.engine;
