package org.irqlab.lab.measure;

/**
 * A cell that brought no result.
 *
 * @param cell its name
 * @param reason one sentence
 * @param outputTail the last lines of what it wrote
 */
public record CellFailure(String cell, String reason, String outputTail) {}
