/**
 * What the kernel says about itself: the one place that every detector reports to.
 *
 * <p>It knows nothing of CPUs and tasks: who reports brings its context as plain values. Depends on
 * {@code base} only.
 */
package org.irqlab.kernel.diag;
