/** Bugs of locks, and of what may be done while one is held. */
package org.irqlab.lab.zoo.lock;
