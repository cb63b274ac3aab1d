/**
 * Detectors for what drivers do to a CPU: handlers that take too long, interrupts that never end,
 * objects that are freed too early, timers that drift. Each is switched on by who wants it; off, it
 * costs nothing. They report to {@code kernel.diag}.
 */
package org.irqlab.kernel.watch;
