package org.irqlab.lab.measure;

/**
 * A cost that is model: calibrated from the capture and burnt as guest time.
 *
 * @param name the path, such as {@code irq exit→softirq entry}
 * @param value in words, with its unit
 */
public record ModelCost(String name, String value) {}
