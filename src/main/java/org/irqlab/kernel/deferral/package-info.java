/** The choice that irqlab is about: in which context a driver's bottom half runs. */
package org.irqlab.kernel.deferral;
