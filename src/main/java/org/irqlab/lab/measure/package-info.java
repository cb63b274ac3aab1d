/**
 * What a replay measures: histograms per source and stage, the result of one cell (one strategy in
 * one block, one JVM), and the forking of cells.
 *
 * <p>May depend on {@code base} only, so that the engine can write into it and the report read from
 * it. Samples are logged while the machine runs and counted into histograms afterwards.
 */
package org.irqlab.lab.measure;
