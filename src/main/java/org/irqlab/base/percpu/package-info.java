/** Values that each CPU keeps for itself. */
package org.irqlab.base.percpu;
