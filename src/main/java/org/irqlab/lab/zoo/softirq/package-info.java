/** Bugs of bottom halves, and of tasks that wait: who runs, who is woken, and who never is. */
package org.irqlab.lab.zoo.softirq;
