/**
 * The command line: the only place that prints, exits and forks. Results go to standard output,
 * progress and errors to standard error.
 */
package org.irqlab.lab.cli;
