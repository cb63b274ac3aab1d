/**
 * How a block device's completions reach their submitter: irq_poll, which is NAPI's older brother,
 * and completion on the submitting CPU.
 */
package org.irqlab.kernel.block;
