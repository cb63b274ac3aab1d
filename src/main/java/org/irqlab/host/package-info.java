/**
 * The machine irqlab runs on: its CPUs, its scheduler and its futexes.
 *
 * <p>The only package that calls native code. Everything here is optional: where a call is missing
 * or not permitted, the answer says so in words and the run goes on without it.
 */
package org.irqlab.host;
