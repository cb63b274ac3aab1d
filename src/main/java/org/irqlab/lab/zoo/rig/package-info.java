/**
 * What an entry of the bug zoo is, and the rig that it runs on: machines whose every wait is
 * bounded. Entries know this package; the zoo that lists and runs them is above both.
 */
package org.irqlab.lab.zoo.rig;
