/**
 * NAPI: a device's interrupt is switched off and its events are polled, in NET_RX, in a thread of
 * the instance, or by a task that waits for them.
 *
 * <p>Who polls is decided by one word per instance, {@link org.irqlab.kernel.napi.NapiState}.
 * Packets are the driver's affair: a poll is a function that says how much it did.
 */
package org.irqlab.kernel.napi;
