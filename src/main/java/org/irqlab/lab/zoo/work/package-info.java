/** Bugs of work items and workqueues. */
package org.irqlab.lab.zoo.work;
