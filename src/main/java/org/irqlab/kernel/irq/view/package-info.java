/** The interrupt layer as the files of /proc show it: text of a machine, printed by others. */
package org.irqlab.kernel.irq.view;
